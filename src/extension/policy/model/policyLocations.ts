import { homedir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import { USER_POLICY_TEMPLATE } from '../../../core/policy/edit/userPolicyTemplate.ts';
import { shownName } from '../../util/shownText.ts';
import { type PolicySource, readSettled } from './policySource.ts';
import type { PolicyStore } from './policyStore.ts';
import { readPolicyUri } from './policyUri.ts';

const POLICY_FILE_NAME = 'valetkey.yaml';
const SETTING = 'valetKey.policyFile';

/** Where the policy files of this window are, read through VS Code so that remote and virtual folders work too. */
export class PolicyLocations {
  readonly #storage: vscode.Uri;

  /** `storage` is the extension's global storage. */
  constructor(storage: vscode.Uri) {
    this.#storage = storage;
  }

  /** The user policy's place: the setting, or global storage. */
  get userUri(): vscode.Uri {
    const file = configuredFile();
    return path.isAbsolute(file) ? vscode.Uri.file(file) : vscode.Uri.joinPath(this.#storage, POLICY_FILE_NAME);
  }

  /** Whether the setting names a file that it cannot name: a relative path is relative to nothing. */
  get settingIgnored(): boolean {
    const file = configuredFile();
    return file !== '' && !path.isAbsolute(file);
  }

  /** The files that count in this window, the user's first. */
  sources(): readonly PolicySource[] {
    const folders = vscode.workspace.workspaceFolders ?? [];
    return [
      this.#source(
        'user',
        vscode.l10n.t('{0} (user policy)', shownName(path.posix.basename(this.userUri.path))),
        this.userUri,
      ),
      ...folders.map((folder) =>
        this.#source(
          `workspace:${folder.uri.toString()}`,
          folders.length > 1 ? `${shownName(folder.name)}/${POLICY_FILE_NAME}` : POLICY_FILE_NAME,
          vscode.Uri.joinPath(folder.uri, POLICY_FILE_NAME),
        ),
      ),
    ];
  }

  /** Where the policy file with this id is. */
  uriOf(id: string): vscode.Uri {
    return id === 'user'
      ? this.userUri
      : vscode.Uri.joinPath(vscode.Uri.parse(id.slice('workspace:'.length), true), POLICY_FILE_NAME);
  }

  /** The id of the policy file at this address; undefined for any other file. */
  idOf(uri: vscode.Uri): string | undefined {
    const text = uri.toString();
    return this.sources().find(({ id }) => this.uriOf(id).toString() === text)?.id;
  }

  /** Creates the user policy when there is none yet. */
  async ensureUserPolicy(): Promise<vscode.Uri> {
    const uri = this.userUri;
    if ((await readPolicyUri(uri)).kind === 'missing') await this.write('user', USER_POLICY_TEMPLATE);
    return uri;
  }

  async write(id: string, text: string): Promise<void> {
    await vscode.workspace.fs.writeFile(this.uriOf(id), new TextEncoder().encode(text));
  }

  /** Whether an editor holds changes to this file that are not on disk. */
  isDirty(id: string): boolean {
    const uri = this.uriOf(id).toString();
    return vscode.workspace.textDocuments.some((document) => document.isDirty && document.uri.toString() === uri);
  }

  /** Keeps the book at what is on disk: folders that come and go, saves, and changes from outside. */
  watch(store: PolicyStore, onError: (error: unknown) => void): vscode.Disposable {
    let watchers: vscode.Disposable[] = [];
    const refresh = (id: string): void => void store.refresh(id).catch(onError);
    const rewatch = (): void => {
      for (const watcher of watchers) watcher.dispose();
      watchers = this.sources().map(({ id }) => watchFile(this.uriOf(id), () => refresh(id)));
    };
    const renew = (): void => {
      rewatch();
      void store.setSources(this.sources()).catch(onError);
    };
    rewatch();
    return vscode.Disposable.from(
      { dispose: () => watchers.forEach((watcher) => void watcher.dispose()) },
      vscode.workspace.onDidChangeWorkspaceFolders(renew),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(SETTING)) renew();
      }),
      vscode.workspace.onDidSaveTextDocument((document) => {
        const id = this.idOf(document.uri);
        if (id !== undefined) void store.saved(id, document.getText()).catch(onError);
      }),
      // Watchers miss things (network drives, virtual folders); coming back to the window is a good time to look.
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) void store.refresh().catch(onError);
      }),
    );
  }

  #source(id: string, label: string, uri: vscode.Uri): PolicySource {
    return { id, label, read: (hurry) => readSettled(() => readPolicyUri(uri), pause, hurry) };
  }
}

/** The setting, with the home folder in place of a first `~`; empty when there is none. */
function configuredFile(): string {
  const configured = vscode.workspace.getConfiguration().get<string>(SETTING, '').trim();
  return configured.replace(/^~(?=[\\/]|$)/, homedir());
}

function watchFile(uri: vscode.Uri, changed: () => void): vscode.Disposable {
  const folder = vscode.Uri.joinPath(uri, '..');
  const watcher = vscode.workspace.createFileSystemWatcher(
    new vscode.RelativePattern(folder, path.posix.basename(uri.path)),
  );
  return vscode.Disposable.from(
    watcher,
    watcher.onDidChange(changed),
    watcher.onDidCreate(changed),
    watcher.onDidDelete(changed),
  );
}
