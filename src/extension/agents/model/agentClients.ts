import path from 'node:path';

/** MCP clients that *Connect Another Agent* writes an entry for, by the name of the entry's mark. */
export const AGENT_CLIENTS = [
  'claude-code',
  'claude-desktop',
  'cursor',
  'codex',
  'gemini',
  'windsurf',
  'cline',
] as const;
export type AgentClientId = (typeof AGENT_CLIENTS)[number];

export interface AgentClient {
  readonly id: AgentClientId;
  /** The product's own name, the same in every language. */
  readonly label: string;
  readonly format: 'json' | 'toml';
  /** Absolute path of the configuration file that concerns all of the user's projects. */
  file(machine: Machine): string;
  /** What its entries have besides command, arguments and environment. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** What the place of a client's file depends on; a port, so that every platform's is tested here. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The editor's folder of all extensions' storage, where extensions such as Cline keep theirs. */
  readonly extensionStorage: string;
}

/** Each with the page that says where its file is and what an entry looks like, as read in November 2026. */
export const CLIENTS: readonly AgentClient[] = [
  {
    // https://code.claude.com/docs/en/mcp: user scope is `mcpServers` of ~/.claude.json, or of the folder that
    // CLAUDE_CONFIG_DIR names. Seen with 2.1.330: `claude mcp add --scope user` writes exactly this.
    id: 'claude-code',
    label: 'Claude Code',
    format: 'json',
    file: ({ home, env, ...machine }) => join(machine, env.CLAUDE_CONFIG_DIR || home, '.claude.json'),
    extra: { type: 'stdio' },
  },
  {
    // https://modelcontextprotocol.io/docs/develop/connect-local-servers
    id: 'claude-desktop',
    label: 'Claude Desktop',
    format: 'json',
    file: (machine) => join(machine, applicationData(machine), 'Claude', 'claude_desktop_config.json'),
    extra: {},
  },
  {
    // https://cursor.com/docs/mcp
    id: 'cursor',
    label: 'Cursor',
    format: 'json',
    file: (machine) => join(machine, machine.home, '.cursor', 'mcp.json'),
    extra: { type: 'stdio' },
  },
  {
    // https://developers.openai.com/codex/mcp: the command line, the desktop app and the editor's extension share it.
    id: 'codex',
    label: 'Codex',
    format: 'toml',
    file: (machine) => join(machine, machine.env.CODEX_HOME || join(machine, machine.home, '.codex'), 'config.toml'),
    extra: {},
  },
  {
    // https://geminicli.com/docs/tools/mcp-server
    id: 'gemini',
    label: 'Gemini CLI',
    format: 'json',
    file: (machine) => join(machine, machine.home, '.gemini', 'settings.json'),
    extra: {},
  },
  {
    // https://docs.windsurf.com/windsurf/cascade/mcp
    id: 'windsurf',
    label: 'Windsurf',
    format: 'json',
    file: (machine) => join(machine, machine.home, '.codeium', 'windsurf', 'mcp_config.json'),
    extra: {},
  },
  {
    // https://docs.cline.bot/mcp/configuring-mcp-servers
    id: 'cline',
    label: 'Cline',
    format: 'json',
    file: (machine) =>
      join(machine, machine.extensionStorage, 'saoudrizwan.claude-dev', 'settings', 'cline_mcp_settings.json'),
    extra: { disabled: false },
  },
];

export function clientOf(id: string): AgentClient | undefined {
  return CLIENTS.find((client) => client.id === id);
}

function applicationData({ platform, home, env }: Machine): string {
  if (platform === 'win32') return env.APPDATA || path.win32.join(home, 'AppData', 'Roaming');
  if (platform === 'darwin') return path.posix.join(home, 'Library', 'Application Support');
  return env.XDG_CONFIG_HOME || path.posix.join(home, '.config');
}

function join({ platform }: Pick<Machine, 'platform'>, ...parts: readonly string[]): string {
  return (platform === 'win32' ? path.win32 : path.posix).join(...parts);
}
