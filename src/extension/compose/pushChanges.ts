import * as vscode from 'vscode';
import type { App } from '../app/app.ts';
import { ANCHOR_PREFIX } from '../audit/model/anchorStore.ts';
import { reloadOn } from '../state/reloader.ts';
import type { SharedStateFile } from '../state/sharedState.ts';
import { Emitter } from '../util/emitter.ts';
import type { Host } from './host.ts';

/** Tells the gateway what changes in this window, and reads again what changes in another one. */
export function pushChanges({ context, failed }: Host, app: App, shared: SharedStateFile): vscode.Disposable {
  const { gateway, freeze, agentStore, credentials, policies, toolPins, administrator } = app;
  // Anchors in SecretStorage concern no other window.
  const secretsChanged = new Emitter<void>();
  return vscode.Disposable.from(
    freeze.onDidChange(() => void gateway.push('freeze')),
    agentStore.onDidChange(() => void gateway.push('agents')),
    credentials.onDidChange(() => void gateway.push('credentials')),
    // Which credentials count here depends on the policies, so the policies go first.
    // What is active of a server's tools is known before the server is.
    policies.onDidChange(
      () =>
        void gateway
          .push('toolPins')
          .then(() => gateway.push('policies'))
          .then(() => gateway.push('credentials')),
    ),
    // Another window may have accepted what it saw first, or reviewed.
    toolPins.onDidChangePins(() => void gateway.push('toolPins')),
    administrator.onDidChange(() => void gateway.push('policies')),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('http')) void gateway.push('network');
    }),
    shared.watch(),
    context.secrets.onDidChange(({ key }) => {
      if (!key.startsWith(ANCHOR_PREFIX)) secretsChanged.fire();
    }),
    reloadOn([shared.onDidChange, secretsChanged.event], { ...app, agents: agentStore }, failed),
  );
}
