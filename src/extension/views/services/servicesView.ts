import * as vscode from 'vscode';
import type { App } from '../../app.ts';
import { RulesNode } from './rulesNode.ts';
import { ServiceNode } from './serviceNode.ts';

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
        if (item instanceof ServiceNode || item instanceof RulesNode) return [...item.children()];
        if (item) return [];
        return app.services.list.map(
          (service) =>
            new ServiceNode(
              service,
              app.freeze.state.services.includes(service.name),
              app.activity.lastOf(service.name),
            ),
        );
      },
    },
  });
  const describe = (): void => {
    const message = messageOf(app);
    // `message` may not be set to undefined under exactOptionalPropertyTypes; an empty one shows nothing.
    view.message = message ?? '';
  };
  describe();
  return vscode.Disposable.from(
    view,
    changed,
    app.services.onDidChange(() => {
      describe();
      fire();
    }),
    app.activity.onDidChange(fire),
  );
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
  const broken = app.policies.entries().find(({ disk }) => disk === 'invalid');
  if (broken) {
    return vscode.l10n.t('{0} has errors: its last version without errors is in force.', broken.label);
  }
  return app.policies.entries().some(({ pending }) => pending.length > 0)
    ? vscode.l10n.t('Policy changes wait for your review.')
    : undefined;
}
