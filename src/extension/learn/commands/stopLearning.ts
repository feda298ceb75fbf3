import { l10n, window } from 'vscode';
import type { LearnParts } from '../../app/parts.ts';

/** Ends learning at once; the end offers the proposal. */
export async function stopLearning(app: LearnParts): Promise<void> {
  if (app.learning.session) app.learning.stop();
  else void window.showInformationMessage(l10n.t('Learning is not active.'));
}
