import type { ClientName, ConfigFile } from '../model/checkupModel.ts';

/** How a client is told that a value is somewhere else. */
export type ReferenceForm =
  /** A text in the value's place, which the client fills in. */
  | {
      readonly kind: 'text';
      readonly source: ReferenceSource;
      write(variable: string): string;
    }
  /** Another key, which names the variable: Codex fills nothing in. */
  | {
      readonly kind: 'key';
      readonly source: ReferenceSource;
      readonly key: 'env_vars' | 'env_http_headers' | 'bearer_token_env_var';
      /** The header that the variable is for, or the variable itself, whose name cannot be chosen then. */
      readonly name: string;
    };

/** Where the client looks for the value. */
export type ReferenceSource =
  /** In the environment that it was started in. */
  | 'environment'
  /** In `~/.continue/.env`, or `.env` of the workspace. */
  | 'continue'
  /** Among the secrets of the repository's environment `copilot`. */
  | 'repository'
  /** In the environment of the machine that opens the dev container. */
  | 'container-host';

export interface ClientReference {
  readonly clients: readonly ClientName[];
  /** The page that names the form and the keys, as read in November 2026. */
  readonly page: string;
  readonly source: ReferenceSource;
  /** Keys of a server's entry in which the client fills it in. */
  readonly keys: RegExp;
  readonly formats: readonly ConfigFile['format'][];
  write(variable: string): string;
}

const STDIO_AND_HTTP = /^(?:command|cmd|args|env|environment|url|httpUrl|serverUrl|headers)$/;

const braces = (variable: string): string => `\${${variable}}`;
const withEnv = (variable: string): string => `\${env:${variable}}`;

/** What each client fills in. One that is not named fills in nothing: Claude Desktop, Zed and Cline take a value as it is. */
export const CLIENT_REFERENCES: readonly ClientReference[] = [
  {
    clients: ['claude-code'],
    page: 'https://code.claude.com/docs/en/mcp#environment-variable-expansion-in-mcp-json',
    source: 'environment',
    keys: STDIO_AND_HTTP,
    formats: ['jsonc'],
    write: braces,
  },
  {
    clients: ['copilot-cli'],
    page: 'https://docs.github.com/en/copilot/reference/copilot-cli-reference/cli-command-reference',
    source: 'environment',
    keys: /^(?:env|headers)$/,
    formats: ['jsonc'],
    write: braces,
  },
  {
    clients: ['kiro'],
    page: 'https://kiro.dev/docs/mcp/configuration/',
    source: 'environment',
    keys: /^(?:env|headers|url)$/,
    formats: ['jsonc'],
    write: braces,
  },
  {
    clients: ['gemini-cli'],
    page: 'https://geminicli.com/docs/reference/configuration/',
    source: 'environment',
    keys: /./,
    formats: ['jsonc'],
    write: braces,
  },
  {
    clients: ['qwen-code'],
    page: 'https://qwenlm.github.io/qwen-code-docs/en/users/configuration/settings/',
    source: 'environment',
    keys: /./,
    formats: ['jsonc'],
    write: braces,
  },
  {
    clients: ['crush'],
    page: 'https://github.com/charmbracelet/crush#mcps',
    source: 'environment',
    keys: /^(?:env|headers)$/,
    formats: ['jsonc'],
    write: (variable) => `$${variable}`,
  },
  {
    clients: ['cursor'],
    page: 'https://cursor.com/docs/context/mcp#config-interpolation',
    source: 'environment',
    keys: STDIO_AND_HTTP,
    formats: ['jsonc'],
    write: withEnv,
  },
  {
    clients: ['windsurf'],
    page: 'https://docs.windsurf.com/windsurf/cascade/mcp#config-interpolation',
    source: 'environment',
    keys: STDIO_AND_HTTP,
    formats: ['jsonc'],
    write: withEnv,
  },
  {
    clients: ['vscode'],
    page: 'https://code.visualstudio.com/docs/reference/variables-reference',
    source: 'environment',
    keys: STDIO_AND_HTTP,
    formats: ['jsonc'],
    write: withEnv,
  },
  {
    clients: ['roo'],
    page: 'https://docs.roocode.com/features/mcp/using-mcp-in-roo',
    source: 'environment',
    keys: STDIO_AND_HTTP,
    formats: ['jsonc'],
    write: withEnv,
  },
  {
    clients: ['amazon-q'],
    page: 'https://github.com/aws/amazon-q-developer-cli/blob/main/docs/agent-format.md',
    source: 'environment',
    keys: /^(?:env|headers)$/,
    formats: ['jsonc'],
    write: withEnv,
  },
  {
    clients: ['opencode'],
    page: 'https://opencode.ai/docs/config/#env-vars',
    source: 'environment',
    keys: /./,
    formats: ['jsonc'],
    write: (variable) => `{env:${variable}}`,
  },
  {
    clients: ['continue'],
    page: 'https://docs.continue.dev/customize/deep-dives/mcp',
    source: 'continue',
    keys: /./,
    formats: ['yaml'],
    write: (variable) => `\${{ secrets.${variable} }}`,
  },
  {
    clients: ['copilot'],
    page: 'https://docs.github.com/en/copilot/reference/custom-agents-configuration',
    source: 'repository',
    keys: /^(?:env|headers)$/,
    formats: ['markdown'],
    write: (variable) => `\${{ secrets.COPILOT_MCP_${variable} }}`,
  },
];

/**
 * How the client that reads a file takes a value from elsewhere, for a text in it; undefined where it does not.
 *
 * @param pointer of the text (JSON Pointer)
 * @param server the pointer of the server's entry that it is in; undefined outside of all
 */
export function referenceForm(
  { client, format, path }: Pick<ConfigFile, 'client' | 'format' | 'path'>,
  pointer: string,
  server: string | undefined,
): ReferenceForm | undefined {
  const isContainer = /(?:^|[\\/])\.?devcontainer\.json$/.test(path);
  if (server === undefined) {
    // https://containers.dev/implementors/json_reference/#variables-in-devcontainerjson
    return isContainer && /^\/(?:containerEnv|remoteEnv)\//.test(pointer)
      ? { kind: 'text', source: 'container-host', write: (variable) => `\${localEnv:${variable}}` }
      : undefined;
  }
  const [key = '', name = ''] = pointer
    .slice(server.length + 1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (client === 'codex' && format === 'toml') return codexForm(key, name);
  // What Kilo Code was is made of Roo Code, what it is of OpenCode.
  const reader = client === 'kilo' ? (server.startsWith('/mcp/') ? 'opencode' : 'roo') : client;
  const known = CLIENT_REFERENCES.find(
    ({ clients, formats, keys }) => clients.includes(reader) && formats.includes(format) && keys.test(key),
  );
  return known && { kind: 'text', source: known.source, write: (variable) => known.write(variable) };
}

/** https://developers.openai.com/codex/mcp: variables that are passed on, and headers whose values are in variables. */
function codexForm(key: string, name: string): ReferenceForm | undefined {
  if (key === 'env') return { kind: 'key', source: 'environment', key: 'env_vars', name };
  if (key === 'bearer_token' || (key === 'http_headers' && /^authorization$/i.test(name))) {
    return { kind: 'key', source: 'environment', key: 'bearer_token_env_var', name: '' };
  }
  return key === 'http_headers' ? { kind: 'key', source: 'environment', key: 'env_http_headers', name } : undefined;
}
