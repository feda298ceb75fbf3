import * as vscode from 'vscode';
import { ApprovalQueue } from '../approvals/model/approvalQueue.ts';
import { ApprovalToasts } from '../approvals/model/approvalToasts.ts';
import { DetailsDocuments } from '../approvals/model/detailsDocument.ts';
import { showApprovalToast } from '../approvals/views/showApprovalToast.ts';
import type { ReadOnlyTexts } from '../ui/readOnlyText.ts';
import type { Host } from './host.ts';

export interface ApprovalParts {
  readonly queue: ApprovalQueue;
  readonly details: DetailsDocuments;
  readonly toasts: ApprovalToasts;
}

/** The requests that wait for the user's word, and what tells of them. */
export function composeApprovals({ context }: Host, texts: ReadOnlyTexts): ApprovalParts {
  const queue = new ApprovalQueue();
  const details = new DetailsDocuments(texts, queue);
  const toasts = new ApprovalToasts({
    queue,
    now: Date.now,
    show: showApprovalToast,
    review: async () => void (await vscode.commands.executeCommand('valetKey.reviewPendingApprovals')),
  });
  context.subscriptions.push(details.register());
  return { queue, details, toasts };
}
