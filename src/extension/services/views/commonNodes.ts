import { l10n, ThemeColor, ThemeIcon } from 'vscode';
import type { Activity } from '../../audit/model/activity.ts';
import { lastCallText } from '../../audit/views/callNode.ts';
import { DetailNode } from '../../ui/detailNode.ts';

/** Changes of a policy that wait for the user: one row that leads to their review, or none. */
export function pendingNodes(owner: string, pending: number): readonly DetailNode[] {
  if (pending === 0) return [];
  return [
    new DetailNode(owner, 'pending', pendingText(pending), l10n.t('Review and Apply'), attention('git-pull-request'), {
      command: 'valetKey.reviewPolicyChanges',
      title: l10n.t('Review and Apply Policy Changes'),
    }),
  ];
}

/** The last call, which `what` says in short. */
export function lastCallNode(owner: string, call: Activity | undefined, what: (call: Activity) => string): DetailNode {
  return new DetailNode(
    owner,
    'last',
    call ? what(call) : l10n.t('No calls yet'),
    call ? lastCallText(call) : '',
    'history',
  );
}

/** An icon for what waits for the user. */
export function attention(icon: string): ThemeIcon {
  return new ThemeIcon(icon, new ThemeColor('list.warningForeground'));
}

/** Short enough for a narrow side bar. */
export function waitingText(count: number): string {
  return count === 1 ? l10n.t('1 change waits') : l10n.t('{0} changes wait', count);
}

/** How many changes of a policy wait, in words. */
export function pendingText(count: number): string {
  return count === 1 ? l10n.t('1 change waits for your review') : l10n.t('{0} changes wait for your review', count);
}
