import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';
import type { AuditParts, CredentialParts, FreezeParts } from '../../app/parts.ts';
import type { CredentialId } from '../../credentials/model/credentialId.ts';
import { Pace } from '../../util/pace.ts';
import { concernRows } from '../model/concerns.ts';
import { credentialNeeds } from '../model/credentialNeeds.ts';
import { ConcernNode } from './concernNode.ts';
import { currentConcerns } from './currentConcerns.ts';
import type { RowState } from './rowContext.ts';
import { RulesNode } from './rulesNode.ts';
import { ServerNode } from './serverNode.ts';
import { ServiceNode } from './serviceNode.ts';
import { SetUpNode } from './setUpNode.ts';

/** The *Services* tree. */
export function registerServicesView(app: App): vscode.Disposable {
  const changed = new vscode.EventEmitter<undefined>();
  const redraw = new Pace(() => changed.fire(undefined));
  const view = vscode.window.createTreeView('valetKey.services', {
    showCollapseAll: true,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getTreeItem: (item: vscode.TreeItem) => item,
      getChildren: (item?: vscode.TreeItem) => {
        if (item instanceof ServiceNode || item instanceof ServerNode || item instanceof RulesNode)
          return [...item.children()];
        if (item) return [];
        const needs = credentialNeeds(app.services);
        const services = app.services.list.length + app.services.servers.length;
        return [
          ...concernRows(currentConcerns(app), services).map((concern) => new ConcernNode(concern, app.locations)),
          ...(vscode.workspace.isTrusted && needs.missing.length > 0 ? [new SetUpNode(needs)] : []),
          ...app.services.list.map((service) => {
            const { name, credentialId } = service;
            return new ServiceNode(service, stateOf(app, name, [credentialId]));
          }),
          ...app.services.servers.map((server) => {
            const ids = server.needs.map(({ credentialId }) => credentialId);
            return new ServerNode(server, stateOf(app, server.name, ids));
          }),
        ];
      },
    },
  });
  // What the walkthrough goes by: VS Code's own key for a view says only that it was not hidden.
  const seeInSight = (): void =>
    void vscode.commands.executeCommand('setContext', 'valetKey.servicesInSight', view.visible);
  seeInSight();
  return vscode.Disposable.from(
    view,
    view.onDidChangeVisibility(seeInSight),
    changed,
    redraw,
    app.services.onDidChange(redraw.soon),
    app.activity.onDidChange(redraw.soon),
    app.administrator.onDidChange(redraw.soon),
    app.checkup.onDidChange(redraw.soon),
    app.freeze.onDidChange(redraw.now),
  );
}

function stateOf(
  app: AuditParts & CredentialParts & FreezeParts,
  name: string,
  credentials: readonly CredentialId[],
): RowState {
  return {
    frozenAlone: app.freeze.state.services.includes(name),
    undoable: credentials.some((id) => app.credentials.undoOffer(id) !== undefined),
    lastCall: app.activity.lastOf(name),
  };
}
