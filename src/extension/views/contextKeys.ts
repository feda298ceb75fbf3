import * as vscode from 'vscode';
import type { App } from '../app.ts';

/** The keys that menus and buttons in package.json go by. */
export function registerContextKeys(app: App): vscode.Disposable {
  const last = new Map<string, boolean>();
  const update = (): void => {
    const keys = {
      'valetKey.frozen': app.freeze.state.all,
      'valetKey.someFrozen': app.freeze.state.all || app.freeze.state.services.length > 0,
      'valetKey.pendingChanges': app.policies.entries().some(({ pending }) => pending.length > 0),
    };
    for (const [key, value] of Object.entries(keys)) {
      if (last.get(key) === value) continue;
      last.set(key, value);
      void vscode.commands.executeCommand('setContext', key, value);
    }
  };
  update();
  return vscode.Disposable.from(app.services.onDidChange(update));
}
