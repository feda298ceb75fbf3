import * as vscode from 'vscode';
import type { ApprovalParts, AuditParts, FreezeParts } from '../../app/parts.ts';
import { ApprovalNode, approvalsText } from '../../approvals/views/approvalNode.ts';
import { Pace } from '../../util/pace.ts';
import { AccessRequestNode } from './accessRequestNode.ts';
import { CallNode } from './callNode.ts';

/** The *Activity* tree: what waits for the user, what agents ask for, then their last calls, live. */
export function registerActivityView(app: ApprovalParts & AuditParts & FreezeParts): vscode.Disposable {
  const changed = new vscode.EventEmitter<undefined>();
  const view = vscode.window.createTreeView('valetKey.activity', {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getTreeItem: (item: vscode.TreeItem) => item,
      getChildren: (item?: vscode.TreeItem) =>
        item
          ? []
          : [
              ...app.approvals.queue.waiting.map((question) => new ApprovalNode(question)),
              ...app.accessRequests.waiting.map((request) => new AccessRequestNode(request)),
              ...app.activity.calls.map((call) => new CallNode(call)),
            ],
    },
  });
  const redraw = new Pace(() => changed.fire(undefined));
  const count = new Pace(() => {
    const approvals = app.approvals.queue.waiting.length;
    const accessRequests = app.accessRequests.waiting.length;
    const tooltip = [
      ...(approvals > 0 ? [approvalsText(approvals)] : []),
      ...(accessRequests > 0
        ? [
            accessRequests === 1
              ? vscode.l10n.t('1 access request')
              : vscode.l10n.t('{0} access requests', accessRequests),
          ]
        : []),
    ].join(', ');
    // `badge` may not be set to undefined under exactOptionalPropertyTypes; one of value 0 shows nothing.
    view.badge = { value: approvals + accessRequests, tooltip };
  });
  const redrawAndCount = (): void => {
    redraw.soon();
    count.soon();
  };
  return vscode.Disposable.from(
    view,
    changed,
    redraw,
    count,
    app.activity.onDidChange(redraw.soon),
    app.accessRequests.onDidChange(redrawAndCount),
    app.approvals.queue.onDidChange(redrawAndCount),
    app.freeze.onDidChange(redraw.now),
  );
}
