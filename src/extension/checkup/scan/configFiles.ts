import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Unsearched } from '../../../core/checkup/model/checkupCoverage.ts';
import type { ConfigFile } from '../../../core/checkup/model/checkupModel.ts';
import { WORKSPACE_PLACES, workspacePlace } from '../../../core/checkup/model/locations.ts';
import { UnsearchedFolders } from '../../../core/checkup/model/unsearchedFolders.ts';
import { shownPath } from '../../util/shownText.ts';
import type { FoundFile, FoundFiles, UnreadFile } from './checkup.ts';
import { readConfigText } from './configText.ts';
import { watchNewFolders } from './newFolders.ts';
import { type ConfigAddress, expanded } from './userPlaces.ts';
import { UserWatchers } from './userWatchers.ts';

/** More files than any repository has; a search must end. */
const MAX_FILES = 5000;
/** How much text this thread holds at once, in characters: a repository may have 5,000 files of 5 MB. */
const MAX_TEXT = 100 * 1024 * 1024;
const READ_TOGETHER = 16;
/** All of them in one pattern, at any depth: repositories hold projects in folders of their own. */
const IN_WORKSPACE = `{${WORKSPACE_PLACES.map(({ path }) => `**/${path}`).join(',')}}`;
const EXCLUDED = '{**/node_modules/**,**/.git/**,**/.venv/**,**/vendor/**}';

/** Where files are, and what was not searched for them. */
interface Search {
  readonly addresses: readonly ConfigAddress[];
  readonly unsearched: readonly Unsearched[];
}

/**
 * Where configuration files are on the machine that runs this extension, and in the folders of the window. Workspace
 * files are found and read through VS Code, so that remote and virtual folders work too.
 */
export class ConfigFiles {
  readonly #userPlaces: readonly ConfigAddress[];
  /** Where files are; undefined when they must be looked for. A search starts a process, which typing must not. */
  #search: Promise<Search> | undefined;

  /** @param userPlaces files of the user, there or not */
  constructor(userPlaces: readonly ConfigAddress[]) {
    this.#userPlaces = userPlaces;
  }

  /** Looks for files again with the next {@link read}. */
  forget(): void {
    this.#search = undefined;
  }

  /** The files that there are now, with the texts of those that are not larger. */
  async read(maxBytes: number): Promise<FoundFiles> {
    this.#search ??= this.#find().catch((error: unknown) => {
      this.forget();
      throw error;
    });
    const { addresses, unsearched } = await this.#search;
    // A home folder that is open as a workspace has its files in both lists.
    const seen = new Set<string>();
    const open = addresses.filter(({ uri }) => seen.size < seen.add(uri.toString()).size);
    const files: FoundFile[] = [];
    for (let held = 0; open.length > 0 && held < MAX_TEXT; ) {
      const read = await Promise.all(open.splice(0, READ_TOGETHER).map((address) => readFile(address, maxBytes)));
      for (const file of read) if (file) files.push(file);
      held += read.reduce((sum, file) => sum + (file?.file.text.length ?? 0), 0);
    }
    return { files, unsearched, unread: open.map(unreadFile) };
  }

  /** Calls back when a file comes, goes or changes, on disk or in an editor. */
  watch(changed: () => void): vscode.Disposable {
    const found = (): void => {
      this.forget();
      changed();
    };
    const users = new UserWatchers(this.#userPlaces, { changed, found });
    void users.watch();
    const watcher = vscode.workspace.createFileSystemWatcher(IN_WORKSPACE);
    return vscode.Disposable.from(
      users,
      watcher,
      watcher.onDidChange(changed),
      watcher.onDidCreate(found),
      watcher.onDidDelete(found),
      watchNewFolders(EXCLUDED, found),
      vscode.workspace.onDidChangeWorkspaceFolders(found),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (this.#isConfig(document.uri)) changed();
      }),
      // Watchers miss things (network drives, virtual folders); coming back to the window is a good time to look.
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (!focused) return;
        void users.watch();
        found();
      }),
    );
  }

  #isConfig(uri: vscode.Uri): boolean {
    return (
      workspacePlace(uri.path) !== undefined ||
      this.#userPlaces.some((address) => address.uri.toString() === uri.toString())
    );
  }

  async #find(): Promise<Search> {
    const closed = new UnsearchedFolders();
    const user = (await Promise.all(this.#userPlaces.map((address) => expanded(address, closed)))).flat();
    const there = await Promise.all(user.map(({ uri }) => isThere(uri)));
    const { addresses, unsearched } = await this.#inWorkspace();
    return {
      addresses: [...user.filter((_, index) => there[index]), ...addresses],
      unsearched: [...closed.list(), ...unsearched],
    };
  }

  async #inWorkspace(): Promise<Search> {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    if (!folder) return { addresses: [], unsearched: [] };
    const found = await vscode.workspace.findFiles(IN_WORKSPACE, EXCLUDED, MAX_FILES);
    const addresses = found.flatMap((uri) => {
      const place = workspacePlace(uri.path);
      return place ? [{ uri, place, scope: 'workspace' as const }] : [];
    });
    // The search ends at this many, and does not say where.
    const cut = found.length >= MAX_FILES;
    return { addresses, unsearched: cut ? [{ path: folder.uri.path, why: 'too-many', folders: 1 }] : [] };
  }
}

/** Whether there is anything at all: most people have few of the clients, and each look at a text asks for each file. */
async function isThere(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch (error) {
    return !(error instanceof vscode.FileSystemError && error.code === 'FileNotFound');
  }
}

async function readFile({ uri, place, scope }: ConfigAddress, maxBytes: number): Promise<FoundFile | undefined> {
  const read = await readConfigText(uri, maxBytes);
  if (read.kind === 'missing') return undefined;
  const { client, format } = place;
  const file: ConfigFile = {
    path: pathOf(uri),
    client,
    format,
    scope,
    text: read.kind === 'text' ? read.text : '',
  };
  return {
    file,
    uri: uri.toString(),
    label: labelOf(uri, scope),
    ...(read.kind === 'unreadable' ? { unreadable: read.why } : {}),
  };
}

function unreadFile({ uri, scope }: ConfigAddress): UnreadFile {
  return { path: pathOf(uri), uri: uri.toString(), label: labelOf(uri, scope) };
}

function pathOf(uri: vscode.Uri): string {
  return uri.scheme === 'file' ? uri.fsPath : uri.toString();
}

function labelOf(uri: vscode.Uri, scope: ConfigFile['scope']): string {
  if (scope === 'workspace') return shownPath(vscode.workspace.asRelativePath(uri));
  const home = homedir() + path.sep;
  return shownPath(uri.fsPath.startsWith(home) ? `~${path.sep}${uri.fsPath.slice(home.length)}` : uri.fsPath);
}
