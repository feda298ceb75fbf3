import * as vscode from 'vscode';
import type { AgentParts } from '../../app/parts.ts';
import { AgentNode } from './agentNode.ts';

/** The *Agents* tree: who is connected to this window's gateway. */
export function registerAgentsView(app: AgentParts): vscode.Disposable {
  const changed = new vscode.EventEmitter<undefined>();
  const view = vscode.window.createTreeView('valetKey.agents', {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getTreeItem: (item: vscode.TreeItem) => item,
      getChildren: (item?: vscode.TreeItem) => (item ? [] : app.agents.agents.map((agent) => new AgentNode(agent))),
    },
  });
  return vscode.Disposable.from(
    view,
    changed,
    app.agents.onDidChange(() => {
      changed.fire(undefined);
      const { length } = app.agents.waiting;
      view.badge = {
        value: length,
        tooltip:
          length === 1 ? vscode.l10n.t('1 agent waits for you') : vscode.l10n.t('{0} agents wait for you', length),
      };
    }),
  );
}
