import * as vscode from 'vscode';
import type { App } from '../../app.ts';
import { plainSecrets } from '../../checkup/report.ts';
import type { CredentialId } from '../../credentials/credentialId.ts';
import { isTrouble } from '../../policy/policyStanding.ts';
import { standingText } from '../../policy/standingText.ts';
import { plainSecretsText } from '../checkup/plainSecretsText.ts';
import { pendingText } from './commonNodes.ts';
import { credentialNeeds } from './credentialNeeds.ts';
import type { RowState } from './rowContext.ts';
import { RulesNode } from './rulesNode.ts';
import { ServerNode } from './serverNode.ts';
import { ServiceNode } from './serviceNode.ts';
import { SetUpNode } from './setUpNode.ts';

/** The *Services* tree. */
export function registerServicesView(app: App): vscode.Disposable {
  const changed = new vscode.EventEmitter<undefined>();
  const fire = (): void => changed.fire(undefined);
  const view = vscode.window.createTreeView('valetKey.services', {
    showCollapseAll: true,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getTreeItem: (item: vscode.TreeItem) => item,
      getChildren: (item?: vscode.TreeItem) => {
        if (item instanceof ServiceNode || item instanceof ServerNode || item instanceof RulesNode)
          return [...item.children()];
        if (item) return [];
        const needs = credentialNeeds(app.policies.entries(), app.services);
        return [
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
  const describe = (): void => {
    const message = messageOf(app);
    // `message` may not be set to undefined under exactOptionalPropertyTypes; an empty one shows nothing.
    view.message = message ?? '';
  };
  describe();
  // What the walkthrough goes by: VS Code's own key for a view says only that it was not hidden.
  const tellInSight = (): void =>
    void vscode.commands.executeCommand('setContext', 'valetKey.servicesInSight', view.visible);
  tellInSight();
  return vscode.Disposable.from(
    view,
    view.onDidChangeVisibility(tellInSight),
    changed,
    app.services.onDidChange(() => {
      describe();
      fire();
    }),
    app.activity.onDidChange(fire),
    app.checkup.onDidChange(describe),
  );
}

function stateOf(app: App, name: string, credentials: readonly CredentialId[]): RowState {
  return {
    frozenAlone: app.freeze.state.services.includes(name),
    undoable: credentials.some((id) => app.credentials.undoOffer(id) !== undefined),
    lastCall: app.activity.lastOf(name),
  };
}

/** What concerns all services at once. */
function messageOf(app: App): string | undefined {
  if (!vscode.workspace.isTrusted) {
    return vscode.l10n.t('This workspace is not trusted: every call from it is refused.');
  }
  if (app.freeze.state.all) return vscode.l10n.t('All access is frozen.');
  if (app.gateway.health.state === 'down') {
    return vscode.l10n.t('The gateway is not running; it is being started again.');
  }
  if (app.administrator.state.kind === 'broken') {
    return vscode.l10n.t('The administrator’s policy cannot be read: every call is refused. “Show Status” says more.');
  }
  const troubled = app.policies.entries().find(isTrouble);
  if (troubled) return standingText(troubled);
  const pending = app.policies.entries().reduce((sum, entry) => sum + entry.pending.length, 0);
  if (pending > 0) return `${pendingText(pending)}.`;
  const { report } = app.checkup;
  const secrets = report ? plainSecrets(report).length : 0;
  return secrets > 0 ? plainSecretsText(secrets) : undefined;
}
