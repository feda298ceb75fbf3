import { commands, l10n, window } from 'vscode';
import type { PendingAccessRequest } from '../../../gateway/control/controlPort.ts';

/** Tells the user that an agent asks for a rule. The toast only offers the review, which is where anything is decided. */
export async function notifyOfAccessRequest({ agent, method, service }: PendingAccessRequest): Promise<void> {
  const review = l10n.t('Review…');
  const chosen = await window.showInformationMessage(
    l10n.t('{0} asks for {1} on “{2}”, which the policy does not allow.', agent, method, service),
    review,
  );
  if (chosen === review) await commands.executeCommand('valetKey.reviewAccessRequest');
}
