import { l10n, ThemeColor, ThemeIcon } from 'vscode';
import type { ApprovalQuestion } from '../../../gateway/control/controlPort.ts';
import { Row } from '../../ui/row.ts';
import { oneLine } from '../model/requestText.ts';

/** As in *2 requests wait for your approval*. */
export function approvalsText(count: number): string {
  return count === 1
    ? l10n.t('1 request waits for your approval')
    : l10n.t('{0} requests wait for your approval', count);
}

/** A call that waits for the user. */
export class ApprovalNode extends Row {
  readonly question: ApprovalQuestion;

  constructor(question: ApprovalQuestion) {
    const path = oneLine(question.url).replace(/^https?:\/\/[^/]*/, '');
    // A narrow side bar cuts the end: that it waits comes before what the dialog shows anyway.
    super({
      label: `${question.method} ${path.replace(/\?.*/s, '')}`,
      description: [l10n.t('waits for you'), question.service].join(' · '),
      lines: [
        l10n.t('{0} waits for your approval', `${question.method} ${path}`),
        l10n.t('Service: {0}', question.service),
        l10n.t('Agent: {0}', question.agent.name),
        l10n.t('Waits until {0}', new Date(question.expiresAt).toLocaleTimeString()),
      ],
    });
    this.question = question;
    this.id = `approval:${question.id}`;
    this.iconPath = new ThemeIcon('bell-dot', new ThemeColor('list.warningForeground'));
    this.contextValue = 'approval';
    this.command = {
      command: 'valetKey.reviewPendingApprovals',
      title: l10n.t('Review Pending Approvals'),
      arguments: [this],
    };
  }
}
