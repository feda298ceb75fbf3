import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';
import { concernKeys } from '../../services/model/concerns.ts';
import { credentialNeeds } from '../../services/model/credentialNeeds.ts';
import { missingNeeds } from '../../services/model/serverList.ts';
import { lacksCredential } from '../../services/model/serviceList.ts';
import { currentConcerns } from '../../services/views/currentConcerns.ts';
import { Pace } from '../../util/pace.ts';

/** The keys that menus, buttons and the walkthrough's steps in package.json go by. */
export function registerContextKeys(app: App): vscode.Disposable {
  const last = new Map<string, string>();
  const update = new Pace(() => {
    const pending = app.policies.entries().filter((entry) => entry.pending.length > 0);
    const keys = {
      ...concernKeys(currentConcerns(app)),
      'valetKey.someFrozen': app.freeze.state.all || app.freeze.state.services.length > 0,
      'valetKey.pendingChanges': pending.length > 0,
      // For `resourcePath in …`: the files whose editors offer the review, whatever they are called.
      'valetKey.pendingFiles': pending.flatMap(({ id }) => pathsOf(app.locations.uriOf(id))),
      'valetKey.approvalsWaiting': app.approvals.queue.waiting.length > 0,
      'valetKey.setUp': credentialNeeds(app.services).missing.length > 0,
      'valetKey.learning': app.learning.session !== undefined,
      'valetKey.hasServices': app.services.list.length + app.services.servers.length > 0,
      'valetKey.credentialMissing':
        app.services.list.some(lacksCredential) ||
        app.services.servers.some((server) => missingNeeds(server).length > 0),
      'valetKey.hasServers': app.services.servers.length > 0,
      'valetKey.hasCalls': app.activity.calls.some(({ result }) => result.kind === 'answered' || result.kind === 'ran'),
    };
    for (const [key, value] of Object.entries(keys)) {
      const text = JSON.stringify(value);
      if (last.get(key) === text) continue;
      last.set(key, text);
      void vscode.commands.executeCommand('setContext', key, value);
    }
  });
  update.now();
  return vscode.Disposable.from(
    update,
    app.services.onDidChange(update.soon),
    app.administrator.onDidChange(update.soon),
    app.checkup.onDidChange(update.soon),
    app.approvals.queue.onDidChange(update.soon),
    app.learning.onDidChange(update.soon),
    app.freeze.onDidChange(update.now),
  );
}

/** A path as the window's own side may write it, which in a remote window can be another system than this one. */
function pathsOf({ path, fsPath }: vscode.Uri): readonly string[] {
  return [...new Set([path, fsPath, path.replaceAll('/', '\\')])];
}
