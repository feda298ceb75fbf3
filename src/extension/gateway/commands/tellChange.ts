import type { ControlEvent } from '../../../gateway/parent.ts';
import type { App } from '../../app/app.ts';
import type { PartName } from '../model/gatewaySupervisor.ts';

/** Makes a stored change act: the other windows read it again, the gateway has these parts anew, and the trail says so. */
export async function tellChange(
  { announceChange, gateway }: Pick<App, 'announceChange' | 'gateway'>,
  parts: readonly PartName[],
  event: ControlEvent,
): Promise<void> {
  announceChange();
  for (const part of parts) await gateway.push(part);
  await gateway.record(event);
}
