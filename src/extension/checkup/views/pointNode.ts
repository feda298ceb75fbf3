import { l10n, TreeItemCollapsibleState } from 'vscode';
import type { CheckNumber } from '../../../core/checkup/model/checkupModel.ts';
import { Row } from '../../ui/row.ts';
import type { Point, ShownFinding } from '../scan/report.ts';
import { FindingNode } from './findingNode.ts';
import { pointIcon, pointStateText, pointTitle, pointWhy } from './pointText.ts';

/** One of the ten points, and below it what was found. */
export class PointNode extends Row {
  readonly point: Point;
  readonly #shown: readonly ShownFinding[];

  /** `shown` are the findings that the filter lets through. */
  constructor(point: Point, shown: readonly ShownFinding[]) {
    const label = `${point.check}. ${pointTitle(point.check)}`;
    super(
      {
        label,
        description: pointStateText(point),
        lines: [`${pointTitle(point.check)}: ${pointStateText(point)}`, pointWhy(point.check)],
        spoken: [label, pointStateText(point)],
      },
      shown.length === 0
        ? TreeItemCollapsibleState.None
        : point.state === 'fail'
          ? TreeItemCollapsibleState.Expanded
          : TreeItemCollapsibleState.Collapsed,
    );
    this.point = point;
    this.#shown = shown;
    this.id = `point:${point.check}`;
    this.iconPath = pointIcon(point.state);
    this.contextValue = `point.${point.check}`;
  }

  children(): readonly (FindingNode | MoreNode)[] {
    const rows = this.#shown.slice(0, MAX_ROWS).map((finding) => new FindingNode(finding));
    const more = this.#shown.length - rows.length;
    return more === 0 ? rows : [...rows, new MoreNode(this.point.check, more)];
  }
}

/** Nobody reads more rows, and each takes its time to be made. */
const MAX_ROWS = 200;

/** What is not shown, and where it is. */
class MoreNode extends Row {
  constructor(check: CheckNumber, count: number) {
    const label = l10n.t('{0} more', count);
    super({ label, description: l10n.t('export the report'), lines: [l10n.t('The report has all findings.')] });
    this.id = `more:${check}`;
    this.command = { command: 'valetKey.exportCheckupReport', title: l10n.t('Export Checkup Report') };
  }
}
