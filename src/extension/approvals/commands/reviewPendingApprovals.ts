import { l10n, window } from 'vscode';
import type { ApprovalAnswer, ApprovalQuestion } from '../../../gateway/control/controlPort.ts';
import type { ApprovalParts, GatewayPart } from '../../app/parts.ts';
import { carefulChoice } from '../../ui/carefulChoice.ts';
import { chooseInModal, reportFailure } from '../../ui/confirm.ts';
import { dialogDetail, dialogTitle } from '../model/questionText.ts';
import { ApprovalNode } from '../views/approvalNode.ts';

/**
 * Puts the requests that wait before the user, one after the other, the oldest first. The argument (a tree item, or the
 * id that a details document carries) says with which to begin and nothing else.
 */
export async function reviewPendingApprovals(app: ApprovalParts & GatewayPart, argument: unknown): Promise<void> {
  const { queue } = app.approvals;
  if (queue.waiting.length === 0) {
    void window.showInformationMessage(l10n.t('No request waits for your approval.'));
    return;
  }
  await queue.review(async () => {
    let question = firstOf(app, argument);
    while (question && (await ask(app, question)) === 'next') question = queue.waiting[0];
  });
}

function firstOf({ approvals: { queue } }: ApprovalParts, argument: unknown): ApprovalQuestion | undefined {
  const id = argument instanceof ApprovalNode ? argument.question.id : argument;
  return (typeof id === 'string' ? queue.find(id) : undefined) ?? queue.waiting[0];
}

async function ask(app: ApprovalParts & GatewayPart, question: ApprovalQuestion): Promise<'next' | 'stop'> {
  const once = l10n.t('Allow Once');
  const remember = l10n.t('Allow for 10 Minutes');
  const deny = l10n.t('Deny');
  const details = l10n.t('Details');
  const { queue } = app.approvals;
  const chosen = await carefulChoice(
    () =>
      chooseInModal(
        {
          warning: true,
          message: dialogTitle(question),
          detail: dialogDetail(question, queue.waiting.filter(({ id }) => id !== question.id).length),
        },
        [once, ...(question.mayRemember ? [remember] : []), deny, details],
      ),
    (button) => button === once || button === remember,
    Date.now,
  );
  switch (chosen) {
    case once:
      return answer(app, question, { allow: true, for: 'once' });
    case remember:
      return answer(app, question, { allow: true, for: '10m' });
    case deny:
      return answer(app, question, { allow: false });
    case details:
      // The way back is the lens above it, and the status bar: one more toast could not be closed once it is answered.
      await app.approvals.details.show(question);
      return 'stop';
    default:
      return 'stop'; // it goes on waiting
  }
}

/** A click that comes after the question was withdrawn does nothing, and says so. */
async function answer(
  app: ApprovalParts & GatewayPart,
  question: ApprovalQuestion,
  said: ApprovalAnswer,
): Promise<'next' | 'stop'> {
  const { queue } = app.approvals;
  const taken =
    queue.find(question.id) !== undefined &&
    (await app.gateway.ask((control) => control.answerApproval(question.id, question.requestHash, said)));
  queue.gone(question.id);
  if (taken) return 'next';
  await reportFailure(
    l10n.t('The request is no longer pending.'),
    l10n.t(
      'This request is no longer pending: the agent cancelled it, it timed out, or the policy, credential or freeze state changed. Your answer was not used. You will be asked again if the agent retries.',
    ),
  );
  return 'stop';
}
