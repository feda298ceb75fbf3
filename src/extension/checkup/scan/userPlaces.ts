import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { ConfigFile } from '../../../core/checkup/model/checkupModel.ts';
import {
  type ConfigPlace,
  editorPlaces,
  matchesName,
  type Platform,
  userPlaces as placesOf,
} from '../../../core/checkup/model/locations.ts';
import type { UnsearchedFolders } from '../../../core/checkup/model/unsearchedFolders.ts';

/** One place where a configuration file is, or may be. */
export interface ConfigAddress {
  readonly uri: vscode.Uri;
  readonly place: ConfigPlace;
  readonly scope: ConfigFile['scope'];
}

/**
 * Where this user's own MCP configurations may be: those of the running editor, whichever it is, and those of other
 * clients. A path may hold a `*` for one name.
 *
 * @param globalStorage the extension's, which is in `User/globalStorage` of the editor's user data
 */
export function userPlaces(globalStorage: vscode.Uri, environment: NodeJS.ProcessEnv): readonly ConfigAddress[] {
  const user = vscode.Uri.joinPath(globalStorage, '..', '..');
  // An editor that is not among the known ones, or has its data elsewhere, is one of VS Code's source at least.
  const own = editorPlaces('', 'vscode').map(
    (place): ConfigAddress => ({ uri: vscode.Uri.joinPath(user, place.path), place, scope: 'user' }),
  );
  const known = placesOf({
    platform: platformOf(process.platform),
    home: homedir(),
    appData: environment.APPDATA,
    localAppData: environment.LOCALAPPDATA,
    xdgConfigHome: environment.XDG_CONFIG_HOME,
    codexHome: environment.CODEX_HOME,
    claudeConfigDir: environment.CLAUDE_CONFIG_DIR,
    copilotHome: environment.COPILOT_HOME,
  }).map((place): ConfigAddress => ({ uri: vscode.Uri.file(place.path), place, scope: 'user' }));
  const seen = new Set<string>();
  return [...known, ...own].filter(({ uri }) => !seen.has(uri.toString()) && seen.add(uri.toString()));
}

/**
 * The addresses that there are for one with names to fill in; the address itself where it has none.
 *
 * @param unsearched gets the folders that may not be listed
 */
export async function expanded(
  address: ConfigAddress,
  unsearched: UnsearchedFolders,
): Promise<readonly ConfigAddress[]> {
  const segments = address.uri.path.split('/');
  const at = segments.findIndex((name) => name.includes('*'));
  const pattern = segments[at];
  if (pattern === undefined) return [address];
  const folder = address.uri.with({ path: segments.slice(0, at).join('/') });
  const names = (await namesIn(folder, unsearched)).filter((name) => matchesName(pattern, name));
  const found = await Promise.all(
    names.map((name) =>
      expanded({ ...address, uri: vscode.Uri.joinPath(folder, name, ...segments.slice(at + 1)) }, unsearched),
    ),
  );
  return found.flat();
}

async function namesIn(folder: vscode.Uri, unsearched: UnsearchedFolders): Promise<readonly string[]> {
  try {
    return (await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name);
  } catch (error) {
    if (!(error instanceof vscode.FileSystemError)) throw error;
    // A client that is not installed has no folder.
    if (error.code === 'NoPermissions') unsearched.add(folder.fsPath, 'no-permission');
    return [];
  }
}

/** Where a client keeps its files on systems that nobody named is a guess: as on Linux. */
function platformOf(platform: NodeJS.Platform): Platform {
  return platform === 'darwin' || platform === 'win32' ? platform : 'linux';
}
