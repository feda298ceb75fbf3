import * as vscode from 'vscode';
import { coverageText } from '../../../core/checkup/model/checkupCoverage.ts';
import type { CheckupParts, PolicyParts } from '../../app/parts.ts';
import { ConcernNode } from '../../services/views/concernNode.ts';
import { localized } from '../../util/localized.ts';
import { type CheckupReport, plainSecrets, seriousCount } from '../scan/report.ts';
import { DismissedListNode } from './dismissedNode.ts';
import { FindingNode } from './findingNode.ts';
import { PointNode } from './pointNode.ts';

/** The *Checkup* tree: the ten points, and below each what was found. */
export function registerCheckupView(app: CheckupParts & PolicyParts): vscode.Disposable {
  const changed = new vscode.EventEmitter<undefined>();
  const { checkup } = app;
  const view = vscode.window.createTreeView('valetKey.checkup', {
    showCollapseAll: true,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getTreeItem: (item: vscode.TreeItem) => item,
      getChildren: (item?: vscode.TreeItem) => {
        if (item instanceof PointNode || item instanceof FindingNode || item instanceof DismissedListNode) {
          return [...item.children()];
        }
        if (item || !checkup.report) return [];
        const secrets = plainSecrets(checkup.report).length;
        return [
          ...(secrets > 0 ? [new ConcernNode({ kind: 'plainSecrets', count: secrets }, app.locations)] : []),
          ...checkup.report.points.map(
            (point) =>
              new PointNode(
                point,
                point.findings.filter(({ finding }) => checkup.filter.has(finding.severity)),
              ),
          ),
          ...(checkup.report.dismissed.length > 0 ? [new DismissedListNode(checkup.report.dismissed)] : []),
        ];
      },
    },
  });
  const show = (): void => {
    const { report } = checkup;
    const serious = report ? seriousCount(report) : 0;
    view.badge = {
      value: serious,
      tooltip: serious === 1 ? vscode.l10n.t('1 checkup finding') : vscode.l10n.t('{0} checkup findings', serious),
    };
    view.message = report ? messageOf(report, checkup.filter.size < 3) : '';
    changed.fire(undefined);
  };
  show();
  return vscode.Disposable.from(view, changed, checkup.onDidChange(show));
}

/** What was looked at, and what was not: a checkup that read nothing finds nothing, either. */
function messageOf(report: CheckupReport, filtered: boolean): string {
  return [
    vscode.l10n.t(
      'Checked {0}, at {1}.',
      localized(coverageText(report.coverage)),
      new Date(report.at).toLocaleTimeString(undefined, { timeStyle: 'short' }),
    ),
    ...(filtered ? [vscode.l10n.t('Some findings are filtered out.')] : []),
  ].join(' ');
}
