/** What stands for the agent where the user did something. */
export const USER_AGENT = 'person';
/** The same for what Valet Key does of its own accord. */
export const OWN_AGENT = 'valet-key';

const MAX_CHARACTERS = 32;
/** Normalising may lengthen a name, and an agent may send any length. */
const MAX_RAW = 256;

/**
 * Short names of well-known MCP clients by how the name that they give in `initialize` begins, once it is a slug. A
 * prefix ends at a dash or at the end. Clients state their own names: this is for reading and for convenience only.
 */
const WELL_KNOWN: readonly (readonly [prefix: string, short: string])[] = [
  ['visual-studio-code', 'copilot'],
  ['visual-studio', 'copilot'],
  ['vscode', 'copilot'],
  ['vs-code', 'copilot'],
  ['code-server', 'copilot'],
  ['code-oss', 'copilot'],
  ['github-copilot', 'copilot'],
  ['copilot', 'copilot'],
  ['claude', 'claude'],
  ['anthropic', 'claude'],
  ['cursor', 'cursor'],
  ['codex', 'codex'],
  ['openai-codex', 'codex'],
  ['gemini', 'gemini'],
  ['windsurf', 'windsurf'],
  ['codeium', 'windsurf'],
  ['cline', 'cline'],
  ['roo', 'roo'],
  ['kilo', 'kilo'],
  ['continue', 'continue'],
  ['zed', 'zed'],
  ['goose', 'goose'],
  ['opencode', 'opencode'],
  ['qwen', 'qwen'],
  ['amazon-q', 'amazon-q'],
  ['q-dev-cli', 'amazon-q'],
  ['kiro', 'kiro'],
  ['jetbrains', 'jetbrains'],
  ['mcp-inspector', 'inspector'],
  ['inspector', 'inspector'],
];

/**
 * Some clients put the name of the entry that they started a server from behind their own: `qwen-cli-mcp-client-valet-key` for our
 * tools and `qwen-cli-mcp-client-valet-key-github` for an upstream MCP server's. Behind `mcp-client` anything is an entry's
 * name, and elsewhere what our entries are called.
 */
const ENTRY_AT_THE_END = /(?<=mcp-client)[-_.:/@ ].+$|(?<=[^-_.:/@ ([])[-_.:/@ ([]+valet-key(?:-[a-z0-9-]+)?[)\]]?$/i;

/** What a client calls itself, whichever of its entries for us it was started from: one client is one agent. */
export function clientName(raw: string): string {
  return raw.slice(0, MAX_RAW).replace(ENTRY_AT_THE_END, '');
}

/**
 * The short name of an agent for rules and for reading: `Visual Studio Code` → `copilot`, `claude-ai` → `claude`; any
 * other name as a slug of `a-z`, `0-9`, `.`, `_` and `-` with at most 32 characters; `unknown` when nothing is left.
 */
export function agentName(raw: string | undefined): string {
  const slug = clientName(raw ?? '')
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9._]+/g, '-')
    .slice(0, MAX_CHARACTERS)
    .replaceAll(/^[-._]+|(?<![-._])[-._]+$/g, '');
  const known = WELL_KNOWN.find(([prefix]) => slug === prefix || slug.startsWith(`${prefix}-`));
  return known?.[1] ?? (slug === '' ? 'unknown' : slug);
}
