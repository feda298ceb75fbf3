import { l10n, window } from 'vscode';
import type { ApprovalQuestion } from '../../gateway/parent.ts';

/** A toast that only offers the review: any extension can press its button, and nothing is decided by that. */
export async function showApprovalToast({ agent, method, service }: ApprovalQuestion): Promise<boolean> {
  const review = l10n.t('Review…');
  const chosen = await window.showWarningMessage(
    l10n.t('{0} waits for your approval of a {1} to “{2}”.', agent.name, method, service),
    review,
  );
  return chosen === review;
}
