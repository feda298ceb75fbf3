import * as vscode from 'vscode';
import type { App } from '../../app.ts';
import { CallNode } from './callNode.ts';
import { WishNode } from './wishNode.ts';

/** The *Activity* tree: what agents ask for, then their last calls, live. */
export function registerActivityView(app: App): vscode.Disposable {
  const changed = new vscode.EventEmitter<undefined>();
  const fire = (): void => changed.fire(undefined);
  const view = vscode.window.createTreeView('valetKey.activity', {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getTreeItem: (item: vscode.TreeItem) => item,
      getChildren: (item?: vscode.TreeItem) =>
        item
          ? []
          : [
              ...app.wishes.waiting.map((wish) => new WishNode(wish)),
              ...app.activity.calls.map((call) => new CallNode(call)),
            ],
    },
  });
  return vscode.Disposable.from(
    view,
    changed,
    app.activity.onDidChange(fire),
    app.wishes.onDidChange(() => {
      fire();
      const { length } = app.wishes.waiting;
      // `badge` may not be set to undefined under exactOptionalPropertyTypes; one of value 0 shows nothing.
      view.badge = {
        value: length,
        tooltip: length === 1 ? vscode.l10n.t('1 access request') : vscode.l10n.t('{0} access requests', length),
      };
    }),
  );
}
