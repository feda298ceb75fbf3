import type { ClientName, ConfigFormat } from './checkupModel.ts';

/** Where a client's configuration may be, and how it is written. */
export interface ConfigPlace {
  /** Relative to the home or workspace folder, with `/`. A `*` stands for any one name, or a part of it. */
  readonly path: string;
  readonly client: ClientName;
  readonly format: ConfigFormat;
}

export type Platform = 'linux' | 'darwin' | 'win32';

/** The folders of one person on one machine. All absolute, or relative to the home folder. */
export interface UserFolders {
  readonly platform: Platform;
  readonly home: string;
  /** Windows: `%APPDATA%`. */
  readonly appData?: string | undefined;
  /** Linux: `$XDG_CONFIG_HOME`. */
  readonly xdgConfigHome?: string | undefined;
  /** `$CODEX_HOME`, `$CLAUDE_CONFIG_DIR`, `$COPILOT_HOME`: folders that replace a client's own. */
  readonly codexHome?: string | undefined;
  readonly claudeConfigDir?: string | undefined;
  readonly copilotHome?: string | undefined;
}

const place = (client: ClientName, format: ConfigFormat, ...paths: readonly string[]): ConfigPlace[] =>
  paths.map((path) => ({ path, client, format }));

/** Places in a workspace folder, and in any folder below it: each part of a monorepo may be opened on its own. */
export const WORKSPACE_PLACES: readonly ConfigPlace[] = [
  // https://code.visualstudio.com/docs/agents/reference/mcp-configuration; `mcp` in settings is the form before 1.102
  ...place('vscode', 'jsonc', '.vscode/mcp.json', '.vscode/settings.json', '*.code-workspace'),
  // https://containers.dev/implementors/spec/#devcontainerjson: three places
  ...place(
    'vscode',
    'jsonc',
    '.devcontainer/devcontainer.json',
    '.devcontainer.json',
    '.devcontainer/*/devcontainer.json',
  ),
  // https://code.claude.com/docs/en/mcp, …/settings; VS Code's portable form is in .mcp.json, too
  ...place('claude-code', 'jsonc', '.mcp.json', '.claude/settings.json', '.claude/settings.local.json'),
  // https://cursor.com/docs/context/mcp
  ...place('cursor', 'jsonc', '.cursor/mcp.json'),
  // Not read by Windsurf itself, which knows the user's file alone; projects keep one to copy from
  ...place('windsurf', 'jsonc', '.windsurf/mcp_config.json', '.windsurf/mcp.json'),
  // https://docs.cline.bot/cli/configuration
  ...place('cline', 'jsonc', '.cline/mcp.json', '.cline/data/settings/cline_mcp_settings.json'),
  // https://docs.continue.dev/customize/deep-dives/mcp
  ...place('continue', 'yaml', '.continue/mcpServers/*.yaml', '.continue/mcpServers/*.yml', '.continue/config.yaml'),
  ...place('continue', 'jsonc', '.continue/mcpServers/*.json'),
  // https://geminicli.com/docs/reference/configuration/
  ...place('gemini-cli', 'jsonc', '.gemini/settings.json'),
  // https://developers.openai.com/codex/mcp: for trusted projects
  ...place('codex', 'toml', '.codex/config.toml'),
];

/** Places right in the home folder, the same on every system. */
const HOME_PLACES: readonly ConfigPlace[] = [
  // https://code.claude.com/docs/en/mcp#mcp-installation-scopes: user and local scope, the latter under `projects`
  ...place('claude-code', 'jsonc', '.claude.json', '.claude/settings.json', '.claude/settings.local.json'),
  // https://cursor.com/docs/context/mcp
  ...place('cursor', 'jsonc', '.cursor/mcp.json'),
  // https://docs.windsurf.com/windsurf/cascade/mcp
  ...place(
    'windsurf',
    'jsonc',
    '.codeium/windsurf/mcp_config.json',
    '.codeium/windsurf-next/mcp_config.json',
    '.codeium/mcp_config.json',
  ),
  // https://docs.cline.bot/cli/configuration
  ...place('cline', 'jsonc', '.cline/data/settings/cline_mcp_settings.json'),
  // https://docs.continue.dev/reference, and what continuedev/continue loads as JSON
  ...place('continue', 'yaml', '.continue/config.yaml', '.continue/mcpServers/*.yaml', '.continue/mcpServers/*.yml'),
  ...place('continue', 'jsonc', '.continue/config.json', '.continue/mcpServers/*.json'),
  // https://geminicli.com/docs/reference/configuration/
  ...place('gemini-cli', 'jsonc', '.gemini/settings.json'),
  // https://developers.openai.com/codex/mcp
  ...place('codex', 'toml', '.codex/config.toml'),
  // https://code.visualstudio.com/docs/agents/reference/mcp-configuration: the portable form of VS Code's Copilot
  ...place('vscode', 'jsonc', '.copilot/mcp-config.json'),
];

/** VS Code and what is built of its source: the name of the folder that holds the user's data. */
const EDITORS = ['Code', 'Code - Insiders', 'VSCodium'];

/** Below the folder for programs' data, which each system has elsewhere. */
const DATA_PLACES: readonly ConfigPlace[] = [
  // https://modelcontextprotocol.io/docs/develop/connect-local-servers
  ...place('claude-desktop', 'jsonc', 'Claude/claude_desktop_config.json'),
  ...EDITORS.flatMap((editor) => [
    // https://code.visualstudio.com/docs/agents/reference/mcp-configuration, …/docs/configure/profiles
    ...place(
      'vscode',
      'jsonc',
      `${editor}/User/mcp.json`,
      `${editor}/User/settings.json`,
      `${editor}/User/profiles/*/mcp.json`,
      `${editor}/User/profiles/*/settings.json`,
    ),
    // Where cline/cline kept them before it had ~/.cline
    ...place('cline', 'jsonc', `${editor}/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json`),
  ]),
];

/** VS Code on a server, as Remote SSH, dev containers and browsers use it, keeps its data in the home folder. */
const SERVER_FOLDERS = ['.vscode-server/data', '.vscode-server-insiders/data', '.local/share/code-server'];

/** Where programs keep their data, below a home folder: what the environment does not say otherwise. */
const DATA_FOLDERS: Readonly<Record<Platform, string>> = {
  // https://specifications.freedesktop.org/basedir-spec/latest/
  linux: '.config',
  // https://developer.apple.com/library/archive/documentation/FileManagement/Conceptual/FileSystemProgrammingGuide/
  darwin: 'Library/Application Support',
  // https://learn.microsoft.com/en-us/windows/win32/shell/knownfolderid (FOLDERID_RoamingAppData)
  win32: 'AppData/Roaming',
};

/** Every place of a person's own configurations, absolute, with `/` between names. */
export function userPlaces(folders: UserFolders): ConfigPlace[] {
  const { platform, home, appData, xdgConfigHome, codexHome, claudeConfigDir, copilotHome } = folders;
  const set = platform === 'win32' ? appData : platform === 'linux' ? xdgConfigHome : undefined;
  const data = set === undefined || set === '' ? join(home, DATA_FOLDERS[platform]) : set;
  const servers = SERVER_FOLDERS.flatMap((folder) =>
    below(
      join(home, folder),
      DATA_PLACES.filter(({ path }) => path.startsWith('Code/')),
      (path) => path.slice('Code/'.length),
    ),
  );
  return [
    ...below(home, HOME_PLACES),
    ...below(data, DATA_PLACES),
    ...servers,
    ...(codexHome ? place('codex', 'toml', join(codexHome, 'config.toml')) : []),
    ...(claudeConfigDir
      ? place('claude-code', 'jsonc', join(claudeConfigDir, '.claude.json'), join(claudeConfigDir, 'settings.json'))
      : []),
    ...(copilotHome ? place('vscode', 'jsonc', join(copilotHome, 'mcp-config.json')) : []),
  ];
}

function below(folder: string, places: readonly ConfigPlace[], rename = (path: string): string => path): ConfigPlace[] {
  return places.map((one) => ({ ...one, path: join(folder, rename(one.path)) }));
}

function join(folder: string, path: string): string {
  return `${folder.replaceAll('\\', '/').replace(/(?<!\/)\/+$/, '')}/${path}`;
}

/** What a file in a workspace configures, by its path relative to the workspace folder, with `/`; undefined if nothing. */
export function workspacePlace(path: string): ConfigPlace | undefined {
  return WORKSPACE_PLACES.find((one) => {
    const wanted = one.path.split('/');
    const names = path.split('/').slice(-wanted.length);
    return names.length === wanted.length && wanted.every((pattern, index) => matchesName(pattern, names[index] ?? ''));
  });
}

/** Whether a name matches a pattern with at most one `*`. */
export function matchesName(pattern: string, name: string): boolean {
  const star = pattern.indexOf('*');
  if (star === -1) return pattern === name;
  const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return name.length >= head.length + tail.length && name.startsWith(head) && name.endsWith(tail);
}
