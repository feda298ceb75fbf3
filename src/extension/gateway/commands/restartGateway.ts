import { l10n, window } from 'vscode';
import type { GatewayPart } from '../../app/parts.ts';

/** Starts a gateway that ended, without waiting for the next attempt. One that runs is left alone. */
export async function restartGateway(app: GatewayPart): Promise<void> {
  await app.gateway.restart();
  const { health } = app.gateway;
  if (health.state === 'up') return void window.showInformationMessage(l10n.t('The gateway is running.'));
  if (health.state === 'starting') return void window.showInformationMessage(l10n.t('The gateway is starting.'));
  throw new Error(l10n.t('The gateway did not start: {0}.', health.reason));
}
