import { l10n, ThemeColor, ThemeIcon } from 'vscode';
import { Row } from '../../ui/row.ts';
import type { WaitingAccessRequest } from '../model/accessRequestList.ts';

/** A rule that an agent asked for. */
export class AccessRequestNode extends Row {
  readonly request: WaitingAccessRequest;

  constructor(request: WaitingAccessRequest) {
    super({
      label: `${request.method} ${request.path}`,
      description: [l10n.t('{0} asks for access', request.agent), request.service].join(' · '),
      lines: [
        l10n.t('{0} asks for {1} {2} on {3}', request.agent, request.method, request.path, request.service),
        l10n.t('Time: {0}', new Date(request.at).toLocaleString()),
      ],
    });
    this.request = request;
    this.id = `wish:${request.id}`;
    this.iconPath = new ThemeIcon('comment-unresolved', new ThemeColor('list.warningForeground'));
    this.contextValue = 'wish';
    this.command = {
      command: 'valetKey.reviewAccessRequest',
      title: l10n.t('Review Access Request'),
      arguments: [this],
    };
  }
}
