import { TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { Point, ShownFinding } from '../scan/report.ts';
import { FindingNode } from './findingNode.ts';
import { pointIcon, pointStateText, pointTitle, pointWhy } from './pointText.ts';

/** One of the ten points, and below it what was found. */
export class PointNode extends TreeItem {
  readonly point: Point;
  readonly #shown: readonly ShownFinding[];

  /** `shown` are the findings that the filter lets through. */
  constructor(point: Point, shown: readonly ShownFinding[]) {
    super(
      `${point.check}. ${pointTitle(point.check)}`,
      shown.length === 0
        ? TreeItemCollapsibleState.None
        : point.state === 'fail'
          ? TreeItemCollapsibleState.Expanded
          : TreeItemCollapsibleState.Collapsed,
    );
    this.point = point;
    this.#shown = shown;
    this.id = `point:${point.check}`;
    this.description = pointStateText(point);
    this.iconPath = pointIcon(point.state);
    this.contextValue = `point.${point.check}`;
    this.tooltip = `${pointTitle(point.check)}: ${pointStateText(point)}\n\n${pointWhy(point.check)}`;
    this.accessibilityInformation = {
      label: [this.label, pointStateText(point)].join(', '),
      role: 'treeitem',
    };
  }

  children(): readonly FindingNode[] {
    return this.#shown.map((finding) => new FindingNode(finding));
  }
}
