import * as vscode from 'vscode';
import { compose } from './compose/compose.ts';
import { hostOf } from './compose/host.ts';
import { pushChanges } from './compose/pushChanges.ts';
import { registerFeatures } from './compose/registerFeatures.ts';
import { startWindow } from './compose/startWindow.ts';
import { registerSetUpOffer } from './services/views/setUpOffer.ts';
import { pause } from './util/after.ts';

/**
 * Builds the parts, registers them, and starts the gateway in the background. Gives way once in between, so that other
 * extensions need not wait for the whole of it.
 */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const host = hostOf(context);
  const parts = compose(host);
  lastWords = () => parts.app.audit.anchorer.anchor();
  context.subscriptions.push(
    pushChanges(
      parts.app,
      {
        shared: parts.shared,
        onDidChangeSecret: context.secrets.onDidChange,
        onDidChangeNetwork: (changed) =>
          vscode.workspace.onDidChangeConfiguration((event) => {
            if (event.affectsConfiguration('http')) changed();
          }),
      },
      host.failed,
    ),
  );
  await new Promise((resolve) => setImmediate(resolve));
  context.subscriptions.push(registerFeatures(host, parts));
  context.subscriptions.push(registerSetUpOffer(parts.app, startWindow(host, parts)));
}

/** What is done before the window closes. VS Code calls `deactivate` without the context, so that it has to be kept here. */
let lastWords: () => Promise<void> = async () => undefined;
/** A closing window's SecretStorage may never answer: 1 second. */
const LAST_WORDS_MS = 1000;

/** Anchors the audit trail while the gateway still runs; VS Code disposes of everything afterwards. */
export async function deactivate(): Promise<void> {
  await Promise.race([lastWords(), pause(LAST_WORDS_MS)]);
}
