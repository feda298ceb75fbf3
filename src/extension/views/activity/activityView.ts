import * as vscode from 'vscode';
import type { App } from '../../app.ts';
import { CallNode } from './callNode.ts';

/** The *Activity* tree: the last calls, live. */
export function registerActivityView(app: App): vscode.Disposable {
  const changed = new vscode.EventEmitter<undefined>();
  return vscode.Disposable.from(
    changed,
    app.activity.onDidChange(() => changed.fire(undefined)),
    vscode.window.createTreeView('valetKey.activity', {
      treeDataProvider: {
        onDidChangeTreeData: changed.event,
        getTreeItem: (item: vscode.TreeItem) => item,
        getChildren: (item?: vscode.TreeItem) => (item ? [] : app.activity.calls.map((call) => new CallNode(call))),
      },
    }),
  );
}
