import { l10n, window } from 'vscode';
import type { App } from '../../app/app.ts';

/** Ends learning at once; the end offers the proposal. */
export async function stopLearning(app: App): Promise<void> {
  if (app.learning.lesson) app.learning.stop();
  else void window.showInformationMessage(l10n.t('Nothing is being learned.'));
}
