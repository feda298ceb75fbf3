import type { ClientName, ConfigFile } from '../model/checkupModel.ts';

/** Names of keys from the root of a file; `*` stands for every key of a map and every item of a list. */
export type KeyPath = readonly string[];

/** Where clients keep their maps and lists of servers. */
export const SERVER_MAPS: readonly KeyPath[] = [
  ['mcpServers'],
  ['servers'],
  // VS Code's settings.json, and what *.code-workspace and dev container files hold of it.
  ['mcp', 'servers'],
  ['mcp', 'mcpServers'],
  ['settings', 'mcp', 'servers'],
  ['customizations', 'vscode', 'mcp', 'servers'],
  ['customizations', 'vscode', 'settings', 'mcp', 'servers'],
  // Amp's, Cody's and Augment's extensions, in an editor's settings; Amp in its own as well.
  ...[['amp.mcpServers'], ['cody.mcpServers'], ['augment.advanced', 'mcpServers']].flatMap((path) => [
    path,
    ['settings', ...path],
    ['customizations', 'vscode', 'settings', ...path],
  ]),
  // ~/.claude.json
  ['projects', '*', 'mcpServers'],
  // ~/.codex/config.toml
  ['mcp_servers'],
  // Front matter of GitHub's custom agents.
  ['mcp-servers'],
  // Zed
  ['context_servers'],
  // What a power of Kiro's brings.
  ['powers', 'mcpServers'],
  // Continue's config.json.
  ['experimental', 'modelContextProtocolServers'],
  // The marketplace of Claude Code's plugins.
  ['plugins', '*', 'mcpServers'],
];

/** Keys that mean servers to one client, and anything to others; even there not all that lies below is a server. */
const MIXED_MAPS: Partial<Record<ClientName, readonly KeyPath[]>> = {
  opencode: [['mcp']],
  kilo: [['mcp']],
  crush: [['mcp']],
  goose: [['extensions']],
};

/** What VS Code asks for when a server starts; a `default` stands in the file. */
export const INPUTS: readonly KeyPath[] = [
  ['inputs'],
  ['mcp', 'inputs'],
  ['settings', 'mcp', 'inputs'],
  ['customizations', 'vscode', 'mcp', 'inputs'],
];

/** The environment that Claude Code and dev containers give to every server. */
const ENVIRONMENTS: readonly KeyPath[] = [['env'], ['containerEnv'], ['remoteEnv']];

/** Where a client keeps the keys of its models, and what else it hands to the programs that it starts. */
const OWN_TEXTS: Partial<Record<ClientName, readonly KeyPath[]>> = {
  // https://docs.continue.dev/reference#models
  continue: [['models'], ['tabAutocompleteModel'], ['embeddingsProvider'], ['reranker']],
  // https://developers.openai.com/codex/config-reference
  codex: [['model_providers'], ['shell_environment_policy', 'set']],
  // https://opencode.ai/docs/providers/
  opencode: [['provider']],
  kilo: [['provider']],
  // https://github.com/charmbracelet/crush: JSON configuration
  crush: [['providers']],
  // https://zed.dev/docs/ai/external-agents
  zed: [['agent_servers']],
  // https://qwenlm.github.io/qwen-code-docs: settings
  'qwen-code': [['modelProviders'], ['security', 'auth']],
};

/** Keys below which servers lie together with other things. */
export function mixedMapsOf({ client }: ConfigFile): readonly KeyPath[] {
  return MIXED_MAPS[client] ?? [];
}

/** Keys below which any text may be a secret that is no server's own. */
export function looseTextsOf({ client, path }: ConfigFile): readonly KeyPath[] {
  // goose keeps nothing but secrets in it.
  if (client === 'goose' && /(?:^|[\\/])secrets\.yaml$/.test(path)) return [[]];
  return [...ENVIRONMENTS, ...(OWN_TEXTS[client] ?? [])];
}

/** Whether a file has no other purpose than to name servers, as its name says, or that of its folder. */
export function isForServersAlone({ path, format }: ConfigFile): boolean {
  return format !== 'markdown' && /mcp[^\\/]*$|[\\/]mcpServers[\\/][^\\/]*$/i.test(path);
}
