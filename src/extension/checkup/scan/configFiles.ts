import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Unsearched } from '../../../core/checkup/model/checkupCoverage.ts';
import type { ConfigFile } from '../../../core/checkup/model/checkupModel.ts';
import { type ConfigPlace, WORKSPACE_PLACES, workspacePlace } from '../../../core/checkup/model/locations.ts';
import { shownPath } from '../../util/shownText.ts';
import type { FoundFile, FoundFiles } from './checkup.ts';
import { readConfigText } from './configText.ts';
import { type ConfigAddress, expanded } from './userPlaces.ts';

/** More files than any repository has; a search must end. */
const MAX_FILES = 5000;
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

  /** @param userPlaces files of the person, there or not */
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
    const read = await Promise.all(addresses.map((address) => readFile(address, maxBytes)));
    const found = new Map<string, FoundFile>();
    // A home folder that is open as a workspace has its files in both lists.
    for (const file of read) if (file && !found.has(file.uri)) found.set(file.uri, file);
    return { files: [...found.values()], unsearched };
  }

  /** Calls back when a file comes, goes or changes, on disk or in an editor. */
  watch(changed: () => void): vscode.Disposable {
    const patterns = [...this.#userPlaces.map(({ uri }) => patternOf(uri)), ...WORKSPACE_PLACES.map(globOf)];
    const found = (): void => {
      this.forget();
      changed();
    };
    const watchers = patterns.map((pattern) => {
      const watcher = vscode.workspace.createFileSystemWatcher(pattern);
      return vscode.Disposable.from(
        watcher,
        watcher.onDidChange(changed),
        watcher.onDidCreate(found),
        watcher.onDidDelete(found),
      );
    });
    return vscode.Disposable.from(
      ...watchers,
      vscode.workspace.onDidChangeWorkspaceFolders(found),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (this.#isConfig(document.uri)) changed();
      }),
      // Watchers miss things (network drives, virtual folders); coming back to the window is a good time to look.
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) found();
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
    const user = await Promise.all(this.#userPlaces.map(expanded));
    const { addresses, unsearched } = await this.#inWorkspace();
    return { addresses: [...user.flat(), ...addresses], unsearched };
  }

  async #inWorkspace(): Promise<Search> {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    if (!folder) return { addresses: [], unsearched: [] };
    const found = await vscode.workspace.findFiles(`{${WORKSPACE_PLACES.map(globOf).join(',')}}`, EXCLUDED, MAX_FILES);
    const addresses = found.flatMap((uri) => {
      const place = workspacePlace(uri.path);
      return place ? [{ uri, place, scope: 'workspace' as const }] : [];
    });
    // The search ends at this many, and does not say where.
    const cut = found.length >= MAX_FILES;
    return { addresses, unsearched: cut ? [{ path: folder.uri.path, why: 'too-many', folders: 1 }] : [] };
  }
}

/** Such as `**​/.vscode/mcp.json`: repositories hold projects in folders of their own. */
function globOf({ path: relative }: ConfigPlace): string {
  return `**/${relative}`;
}

/** What to watch for one address: its folder, as far as that has no star. */
function patternOf(uri: vscode.Uri): vscode.RelativePattern {
  const segments = uri.path.split('/');
  const star = segments.findIndex((name) => name.includes('*'));
  const at = star === -1 ? segments.length - 1 : star;
  return new vscode.RelativePattern(uri.with({ path: segments.slice(0, at).join('/') }), segments.slice(at).join('/'));
}

async function readFile({ uri, place, scope }: ConfigAddress, maxBytes: number): Promise<FoundFile | undefined> {
  const read = await readConfigText(uri, maxBytes);
  if (read.kind === 'missing') return undefined;
  const { client, format } = place;
  const file: ConfigFile = {
    path: uri.scheme === 'file' ? uri.fsPath : uri.toString(),
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

function labelOf(uri: vscode.Uri, scope: ConfigFile['scope']): string {
  if (scope === 'workspace') return shownPath(vscode.workspace.asRelativePath(uri));
  const home = homedir() + path.sep;
  return shownPath(uri.fsPath.startsWith(home) ? `~${path.sep}${uri.fsPath.slice(home.length)}` : uri.fsPath);
}
