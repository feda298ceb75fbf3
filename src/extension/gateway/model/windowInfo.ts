import * as vscode from 'vscode';
import type { WindowInfo } from '../../../gateway/control/controlPort.ts';

/** Follows what the gateway must know of this window. `changed` is called when something of it changed. */
export function followWindow(changed: () => void): { current(): WindowInfo } & vscode.Disposable {
  let focusedAt = Date.now();
  const listeners = vscode.Disposable.from(
    vscode.workspace.onDidGrantWorkspaceTrust(changed),
    vscode.workspace.onDidChangeWorkspaceFolders(changed),
    vscode.window.onDidChangeWindowState(({ focused }) => {
      if (!focused) return;
      focusedAt = Date.now();
      changed();
    }),
  );
  return {
    current: () => ({
      hostPid: process.pid,
      folders: localFolders(),
      trusted: vscode.workspace.isTrusted,
      focusedAt,
    }),
    dispose: () => listeners.dispose(),
  };
}

/** Absolute paths of the workspace folders that are on this machine's disk. */
export function localFolders(): readonly string[] {
  return (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ uri }) => uri.fsPath);
}
