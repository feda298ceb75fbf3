import { l10n, window } from 'vscode';
import type { ApprovalQuestion } from '../../../gateway/control/controlPort.ts';
import { isToolCall } from '../model/questionText.ts';
import { oneLine } from '../model/requestText.ts';

/** A toast that only offers the review: any extension can press its button, and nothing is decided by that. */
export async function showApprovalToast(question: ApprovalQuestion): Promise<boolean> {
  const { agent, method, service, url } = question;
  const review = l10n.t('Review…');
  const chosen = await window.showWarningMessage(
    isToolCall(question)
      ? l10n.t('{0} waits for your approval of the tool {1} of “{2}”.', agent.name, oneLine(url), service)
      : l10n.t('{0} waits for your approval of a {1} to “{2}”.', agent.name, method, service),
    review,
  );
  return chosen === review;
}
