import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { errorText } from '../../core/errorText.ts';
import { defaultRuntimeDir, ownRuntimeDirInputs } from '../../protocol/runtimeDir.ts';
import { ApprovalStore } from '../state/approvalStore.ts';
import { STORAGE_FOLDERS } from '../state/storageFolders.ts';
import { textFolder } from '../state/textFolder.ts';

/** What every part is built from: VS Code's own things, and what is worked out of them once. */
export interface Host {
  readonly context: vscode.ExtensionContext;
  /** Absolute path of the extension's global storage. */
  readonly storage: string;
  /** The extension's. */
  readonly version: string;
  /** Where the gateway meets its proxies; see protocol/runtimeDir.ts. */
  readonly runtimeDir: string;
  readonly log: vscode.LogOutputChannel;
  readonly auditChannel: vscode.OutputChannel;
  /** Absolute path of a bundle, such as `gateway` for `dist/gateway.js`. */
  bundle(name: string): string;
  /** Writes the error of something that nobody waits for into the log. */
  readonly failed: (error: unknown) => void;
}

/** Texts that were approved, in a folder of global storage that no other use has. */
export function approvedTexts({ context, storage }: Host, folder: 'approved' | 'agents' | 'tools'): ApprovalStore {
  const texts = textFolder(path.join(storage, STORAGE_FOLDERS[folder]));
  return new ApprovalStore({ texts, secrets: context.secrets, installation: storage });
}

export function hostOf(context: vscode.ExtensionContext): Host {
  const log = vscode.window.createOutputChannel('Valet Key', { log: true });
  const auditChannel = vscode.window.createOutputChannel('Valet Key Audit');
  context.subscriptions.push(log, auditChannel);
  return {
    context,
    storage: context.globalStorageUri.fsPath,
    version: String(context.extension.packageJSON.version),
    runtimeDir: defaultRuntimeDir(ownRuntimeDirInputs(process.env, tmpdir())),
    log,
    auditChannel,
    bundle: (name) => path.join(context.extensionPath, 'dist', `${name}.js`),
    failed: (error) => log.error(errorText(error)),
  };
}
