import { l10n, TreeItemCollapsibleState } from 'vscode';
import { Row } from '../../ui/row.ts';
import { localized } from '../../util/localized.ts';
import { shownText } from '../../util/shownText.ts';
import type { ShownDismissal } from '../scan/report.ts';
import { dismissalText } from './pointText.ts';

/** What was dismissed, below the ten points. */
export class DismissedListNode extends Row {
  readonly #dismissed: readonly ShownDismissal[];

  constructor(dismissed: readonly ShownDismissal[]) {
    const sentence = l10n.t('These findings were dismissed and count for no point.');
    super(
      { label: l10n.t('Dismissed'), description: String(dismissed.length), lines: [sentence] },
      TreeItemCollapsibleState.Collapsed,
    );
    this.id = 'dismissed';
    this.contextValue = 'dismissedList';
    this.#dismissed = dismissed;
  }

  children(): readonly DismissedNode[] {
    return this.#dismissed.map((one, index) => new DismissedNode(one, index));
  }
}

/** A finding that was dismissed, and can be taken back. */
export class DismissedNode extends Row {
  readonly shown: ShownDismissal;

  constructor(shown: ShownDismissal, index: number) {
    const { finding, dismissal, label } = shown;
    const server = finding.server === undefined ? '' : `${shownText(finding.server, 40)}: `;
    const reason = shownText(dismissal.reason, 200);
    const what = reason === '' ? dismissalText(dismissal) : `${dismissalText(dismissal)}: ${reason}`;
    super({
      label: `${server}${shownText(localized(finding.message), 300)}`,
      description: what,
      lines: [l10n.t('{0}, line {1}', label, finding.start.line), what, new Date(dismissal.at).toLocaleDateString()],
    });
    this.id = `dismissed:${index}:${dismissal.digest}:${dismissal.code}`;
    this.contextValue = 'dismissed';
    this.shown = shown;
  }
}
