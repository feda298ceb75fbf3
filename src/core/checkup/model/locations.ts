import type { ClientName, ConfigFormat } from './checkupModel.ts';
import { CLIENT_PLACES } from './clientPlaces.ts';
import { groupBy } from './groupBy.ts';

/** Where a client's configuration may be, and how it is written. */
export interface ConfigPlace {
  /** Relative to the home or workspace folder, with `/`. A `*` stands for any one name, or a part of it. */
  readonly path: string;
  readonly client: ClientName;
  readonly format: ConfigFormat;
}

export type Platform = 'linux' | 'darwin' | 'win32';

/** The folders of one user on one machine. All absolute, or relative to the home folder. */
export interface UserFolders {
  readonly platform: Platform;
  readonly home: string;
  /** Windows: `%APPDATA%`. */
  readonly appData?: string | undefined;
  /** Windows: `%LOCALAPPDATA%`. */
  readonly localAppData?: string | undefined;
  /** `$XDG_CONFIG_HOME`: Linux's folder for programs' data, and on every system one that some programs ask for. */
  readonly xdgConfigHome?: string | undefined;
  /** `$CODEX_HOME`, `$CLAUDE_CONFIG_DIR`, `$COPILOT_HOME`: folders that replace a client's own. */
  readonly codexHome?: string | undefined;
  readonly claudeConfigDir?: string | undefined;
  readonly copilotHome?: string | undefined;
}

const FORMATS: Readonly<Record<string, ConfigFormat>> = { toml: 'toml', yaml: 'yaml', yml: 'yaml', md: 'markdown' };

/** A place of a client. How it is written is told by the end of its name: whatever is not one of these, is JSON. */
function placeAt(client: ClientName, path: string): ConfigPlace {
  return { path, client, format: FORMATS[path.slice(path.lastIndexOf('.') + 1)] ?? 'jsonc' };
}

function placesOf(part: 'home' | 'config' | 'data' | 'localData' | 'editor' | 'workspace'): ConfigPlace[] {
  return CLIENT_PLACES.flatMap((one) => (one[part] ?? []).map((path) => placeAt(one.client, path)));
}

/** Places in a workspace folder, and in any folder below it: each part of a monorepo may be opened on its own. */
export const WORKSPACE_PLACES: readonly ConfigPlace[] = placesOf('workspace');

const HOME_PLACES = placesOf('home');
const CONFIG_PLACES = placesOf('config');
const DATA_PLACES = placesOf('data');
const LOCAL_DATA_PLACES = placesOf('localData');
const EXTENSION_PLACES = placesOf('editor');

/** VS Code and what is built of its source: the name of the folder that holds the user's data, and whose it is. */
const EDITORS: Readonly<Record<string, ClientName>> = {
  Code: 'vscode',
  'Code - Insiders': 'vscode',
  'Code - OSS': 'vscode',
  VSCodium: 'vscode',
  Cursor: 'cursor',
  Windsurf: 'windsurf',
  Trae: 'trae',
  'Trae CN': 'trae',
  Kiro: 'kiro',
  Antigravity: 'antigravity',
};

/** An editor on a server, as Remote SSH, dev containers and browsers use it, keeps its data in the home folder. */
const SERVER_FOLDERS: Readonly<Record<string, ClientName>> = {
  '.vscode-server/data': 'vscode',
  '.vscode-server-insiders/data': 'vscode',
  '.vscode-remote/data': 'vscode',
  '.local/share/code-server': 'vscode',
  '.cursor-server/data': 'cursor',
  '.windsurf-server/data': 'windsurf',
};

/** Where programs keep their data, below a home folder: what the environment does not say otherwise. */
const DATA_FOLDERS: Readonly<Record<Platform, string>> = {
  // https://specifications.freedesktop.org/basedir-spec/latest/
  linux: '.config',
  // https://developer.apple.com/library/archive/documentation/FileManagement/Conceptual/FileSystemProgrammingGuide/
  darwin: 'Library/Application Support',
  // https://learn.microsoft.com/en-us/windows/win32/shell/knownfolderid (FOLDERID_RoamingAppData)
  win32: 'AppData/Roaming',
};

/**
 * What an editor and its extensions keep in its folder `User`, at which the paths begin; empty for paths within it.
 * https://code.visualstudio.com/docs/agents/reference/mcp-configuration, …/docs/configure/profiles
 */
export function editorPlaces(user: string, client: ClientName): ConfigPlace[] {
  const own = ['mcp.json', 'settings.json', 'profiles/*/mcp.json', 'profiles/*/settings.json'];
  return below(user, [...own.map((path) => placeAt(client, path)), ...EXTENSION_PLACES]);
}

/** Every place of a user's own configurations, absolute, with `/` between names. */
export function userPlaces(folders: UserFolders): ConfigPlace[] {
  const { platform, home, appData, localAppData, xdgConfigHome } = folders;
  const set = platform === 'win32' ? appData : platform === 'linux' ? xdgConfigHome : undefined;
  const data = set || join(home, DATA_FOLDERS[platform]);
  const places = [
    ...below(home, HOME_PLACES),
    ...moved(folders),
    ...below(join(home, '.config'), CONFIG_PLACES),
    ...(xdgConfigHome ? below(xdgConfigHome, CONFIG_PLACES) : []),
    ...below(data, DATA_PLACES),
    ...(platform === 'win32' ? below(localAppData || join(home, 'AppData/Local'), LOCAL_DATA_PLACES) : []),
    ...Object.entries(EDITORS).flatMap(([folder, client]) => editorPlaces(join(data, `${folder}/User`), client)),
    ...Object.entries(SERVER_FOLDERS).flatMap(([folder, client]) => editorPlaces(join(home, `${folder}/User`), client)),
  ];
  const seen = new Set<string>();
  return places.filter(({ path }) => !seen.has(path) && seen.add(path));
}

/** What the environment moves out of a client's own folder; Claude Code's file beside its folder goes with it. */
function moved({ codexHome, claudeConfigDir, copilotHome }: UserFolders): ConfigPlace[] {
  const within = (own: string, folder: string | undefined): ConfigPlace[] =>
    folder
      ? HOME_PLACES.filter(({ path }) => path.startsWith(`${own}/`)).map((one) => ({
          ...one,
          path: join(folder, one.path.slice(own.length + 1)),
        }))
      : [];
  return [
    ...within('.codex', codexHome),
    ...within('.claude', claudeConfigDir),
    ...(claudeConfigDir ? [placeAt('claude-code', join(claudeConfigDir, '.claude.json'))] : []),
    ...within('.copilot', copilotHome),
  ];
}

function below(folder: string, places: readonly ConfigPlace[]): ConfigPlace[] {
  return places.map((one) => ({ ...one, path: join(folder, one.path) }));
}

function join(folder: string, path: string): string {
  if (folder === '') return path;
  return `${folder.replaceAll('\\', '/').replace(/(?<!\/)\/+$/, '')}/${path}`;
}

interface WorkspacePattern {
  readonly place: ConfigPlace;
  readonly names: readonly string[];
}

/** The place with the most names first: `.kiro/settings/mcp.json` says more than `mcp.json`. */
const PATTERNS: readonly WorkspacePattern[] = WORKSPACE_PLACES.map((place) => ({
  place,
  names: place.path.split('/'),
})).sort((a, b) => b.names.length - a.names.length);
/** By the name of the file, so that the million other files of a repository cost one look each. */
const BY_NAME: ReadonlyMap<string, readonly WorkspacePattern[]> = new Map(
  groupBy(PATTERNS, fileName).map((group) => [group[0] === undefined ? '' : fileName(group[0]), group]),
);
const STARRED = PATTERNS.filter((pattern) => fileName(pattern).includes('*'));

/** What a file in a workspace configures, by its path relative to the workspace folder, with `/`; undefined if nothing. */
export function workspacePlace(path: string): ConfigPlace | undefined {
  const file = path.slice(path.lastIndexOf('/') + 1);
  const candidates = [
    ...(BY_NAME.get(file) ?? []),
    ...STARRED.filter((pattern) => matchesName(fileName(pattern), file)),
  ];
  if (candidates.length === 0) return undefined;
  const names = path.split('/');
  return candidates
    .filter((one) => {
      const tail = names.slice(-one.names.length);
      return tail.length === one.names.length && one.names.every((name, at) => matchesName(name, tail[at] ?? ''));
    })
    .sort((a, b) => b.names.length - a.names.length)[0]?.place;
}

function fileName({ names }: WorkspacePattern): string {
  return names.at(-1) ?? '';
}

/** Whether a name matches a pattern with at most one `*`. */
export function matchesName(pattern: string, name: string): boolean {
  const star = pattern.indexOf('*');
  if (star === -1) return pattern === name;
  const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return name.length >= head.length + tail.length && name.startsWith(head) && name.endsWith(tail);
}
