import { l10n, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import { plainTooltip } from '../../ui/plainTooltip.ts';
import type { WaitingWish } from '../model/accessWishes.ts';

/** A rule that an agent asked for. */
export class WishNode extends TreeItem {
  readonly wish: WaitingWish;

  constructor(wish: WaitingWish) {
    super(`${wish.method} ${wish.path}`, TreeItemCollapsibleState.None);
    this.wish = wish;
    this.id = `wish:${wish.id}`;
    this.description = [l10n.t('{0} asks for access', wish.agent), wish.service].join(' · ');
    this.iconPath = new ThemeIcon('comment-unresolved', new ThemeColor('list.warningForeground'));
    const lines = [
      l10n.t('{0} asks for {1} {2} on {3}', wish.agent, wish.method, wish.path, wish.service),
      l10n.t('Time: {0}', new Date(wish.at).toLocaleString()),
    ];
    this.tooltip = plainTooltip(lines);
    this.contextValue = 'wish';
    this.command = {
      command: 'valetKey.reviewAccessRequest',
      title: l10n.t('Review Access Request'),
      arguments: [this],
    };
    this.accessibilityInformation = { label: lines.join(', '), role: 'treeitem' };
  }
}
