import { commands, l10n, window } from 'vscode';
import { agentLabel } from '../model/agentLabel.ts';
import type { Agent } from '../model/agentList.ts';

/** Tells the user that an unknown agent waits. The toast only offers the question; a modal decides it. */
export async function notifyOfAgent({ rawName, name }: Agent): Promise<void> {
  const review = l10n.t('Review…');
  const chosen = await window.showInformationMessage(
    l10n.t('An agent that calls itself “{0}” wants to use your services.', agentLabel(rawName || name)),
    review,
  );
  if (chosen === review) await commands.executeCommand('valetKey.allowAgent');
}
