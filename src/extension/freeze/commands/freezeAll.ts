import { l10n, window } from 'vscode';
import type { FreezeParts, GatewayPart } from '../../app/parts.ts';

/** Stops everything at once. It asks nothing: stopping must never wait. */
export async function freezeAll(app: FreezeParts & GatewayPart): Promise<void> {
  await app.freeze.freezeAll();
  await app.gateway.record({ action: 'freeze' });
  void window.showInformationMessage(l10n.t('All access is frozen in every window.'));
}
