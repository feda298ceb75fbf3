import { TreeItemCollapsibleState } from 'vscode';
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

  children(): readonly FindingNode[] {
    return this.#shown.map((finding) => new FindingNode(finding));
  }
}
