import { l10n, ThemeColor, ThemeIcon } from 'vscode';
import { Row } from '../../ui/row.ts';
import type { WaitingWish } from '../model/accessWishes.ts';

/** A rule that an agent asked for. */
export class WishNode extends Row {
  readonly wish: WaitingWish;

  constructor(wish: WaitingWish) {
    super({
      label: `${wish.method} ${wish.path}`,
      description: [l10n.t('{0} asks for access', wish.agent), wish.service].join(' · '),
      lines: [
        l10n.t('{0} asks for {1} {2} on {3}', wish.agent, wish.method, wish.path, wish.service),
        l10n.t('Time: {0}', new Date(wish.at).toLocaleString()),
      ],
    });
    this.wish = wish;
    this.id = `wish:${wish.id}`;
    this.iconPath = new ThemeIcon('comment-unresolved', new ThemeColor('list.warningForeground'));
    this.contextValue = 'wish';
    this.command = {
      command: 'valetKey.reviewAccessRequest',
      title: l10n.t('Review Access Request'),
      arguments: [this],
    };
  }
}
