import type { ControlEvent } from '../../../gateway/control/controlPort.ts';
import type { GatewayPart, WindowParts } from '../../app/parts.ts';
import type { SettingName } from '../model/settingSender.ts';

/** Makes a stored change act: the other windows read it again, the gateway has these parts anew, and the trail says so. */
export async function publishChange(
  { announceChange, gateway }: GatewayPart & Pick<WindowParts, 'announceChange'>,
  parts: readonly SettingName[],
  event: ControlEvent,
): Promise<void> {
  announceChange();
  for (const part of parts) await gateway.push(part);
  await gateway.record(event);
}
