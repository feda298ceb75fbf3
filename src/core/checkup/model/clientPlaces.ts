import type { ClientName } from './checkupModel.ts';

/**
 * One client and where it keeps its servers, each path with `/`. A `*` stands for any one name, or a part of it. The table
 * of docs/checkup.md is written from this.
 */
export interface ClientPlaces {
  readonly client: ClientName;
  /** The product's own name, the same in every language. */
  readonly label: string;
  /** The pages that name these places, as read in November 2026. */
  readonly sources: readonly string[];
  /** Below the home folder, on every system. */
  readonly home?: readonly string[];
  /** Below `$XDG_CONFIG_HOME` and `~/.config`, on every system: many programs of the command line know no other place. */
  readonly config?: readonly string[];
  /** Below the folder for programs' data, which each system has elsewhere. */
  readonly data?: readonly string[];
  /** Windows: below `%LOCALAPPDATA%`. */
  readonly localData?: readonly string[];
  /** Below `User` of VS Code and of every editor that is made of it. */
  readonly editor?: readonly string[];
  /** In a workspace folder, and in any folder below it: each part of a monorepo may be opened on its own. */
  readonly workspace?: readonly string[];
}

/** The same file at several depths below a folder: plugins lie in folders for their marketplace, name and version. */
const atDepths = (folder: string, file: string, ...depths: readonly number[]): string[] =>
  depths.map((depth) => `${folder}/${'*/'.repeat(depth)}${file}`);

/** Continue's blocks: `models` of them holds keys, `agents` and `assistants` hold both. */
const BLOCKS = ['agents', 'assistants', 'models', 'mcpServers'].flatMap((folder) =>
  ['yaml', 'yml'].map((end) => `.continue/${folder}/*.${end}`),
);

const either = (...paths: readonly string[]): string[] => paths.flatMap((path) => [`${path}.json`, `${path}.jsonc`]);

export const CLIENT_PLACES: readonly ClientPlaces[] = [
  {
    client: 'vscode',
    label: 'VS Code',
    // `mcp` in settings is the form before 1.102; containers.dev names three places.
    sources: [
      'https://code.visualstudio.com/docs/agents/reference/mcp-configuration',
      'https://containers.dev/implementors/spec/#devcontainerjson',
    ],
    home: ['.vscode/mcp.json'],
    workspace: [
      '.vscode/mcp.json',
      '.vscode/settings.json',
      '*.code-workspace',
      '.devcontainer/devcontainer.json',
      '.devcontainer.json',
      '.devcontainer/*/devcontainer.json',
    ],
  },
  {
    client: 'claude-desktop',
    label: 'Claude Desktop',
    sources: ['https://modelcontextprotocol.io/docs/develop/connect-local-servers'],
    data: ['Claude/claude_desktop_config.json'],
    workspace: ['claude_desktop_config.json'],
  },
  {
    client: 'claude-code',
    label: 'Claude Code',
    // VS Code's portable form is in .mcp.json, too.
    sources: [
      'https://code.claude.com/docs/en/mcp',
      'https://code.claude.com/docs/en/settings',
      'https://code.claude.com/docs/en/plugins-reference',
      'https://code.claude.com/docs/en/sub-agents',
    ],
    home: [
      '.claude.json',
      '.claude/settings.json',
      '.claude/settings.local.json',
      '.claude/agents/*.md',
      '.claude/agents/*/*.md',
      ...atDepths('.claude/plugins/cache', '.mcp.json', 2, 3, 4),
      ...atDepths('.claude/plugins/cache', '.claude-plugin/plugin.json', 2, 3, 4),
    ],
    workspace: [
      '.mcp.json',
      '.claude.json',
      '.claude/settings.json',
      '.claude/settings.local.json',
      '.claude/agents/*.md',
      '.claude/agents/*/*.md',
      '.claude-plugin/plugin.json',
      '.claude-plugin/marketplace.json',
    ],
  },
  {
    client: 'cursor',
    label: 'Cursor',
    sources: ['https://cursor.com/docs/context/mcp', 'https://cursor.com/docs/reference/plugins'],
    home: ['.cursor/mcp.json'],
    workspace: ['.cursor/mcp.json', '.cursor-plugin/plugin.json'],
  },
  {
    client: 'windsurf',
    label: 'Windsurf',
    // Windsurf itself knows the user's file alone; projects keep one to copy from.
    sources: ['https://docs.windsurf.com/windsurf/cascade/mcp'],
    home: ['.codeium/windsurf/mcp_config.json', '.codeium/windsurf-next/mcp_config.json', '.codeium/mcp_config.json'],
    workspace: ['.windsurf/mcp_config.json', '.windsurf/mcp.json', 'mcp_config.json'],
  },
  {
    client: 'cline',
    label: 'Cline',
    sources: ['https://docs.cline.bot/cli/configuration', 'https://docs.cline.bot/mcp/configuring-mcp-servers'],
    home: ['.cline/data/settings/cline_mcp_settings.json'],
    editor: ['globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json'],
    workspace: ['.cline/mcp.json', '.cline/data/settings/cline_mcp_settings.json', 'cline_mcp_settings.json'],
  },
  {
    client: 'continue',
    label: 'Continue',
    // JSON is what continuedev/continue loads besides.
    sources: ['https://docs.continue.dev/customize/deep-dives/mcp', 'https://docs.continue.dev/reference'],
    home: ['.continue/config.yaml', '.continue/config.json', ...BLOCKS, '.continue/mcpServers/*.json'],
    workspace: ['.continue/config.yaml', ...BLOCKS, '.continue/mcpServers/*.json'],
  },
  {
    client: 'gemini-cli',
    label: 'Gemini CLI',
    sources: [
      'https://geminicli.com/docs/reference/configuration/',
      'https://geminicli.com/docs/extensions/reference/',
    ],
    home: ['.gemini/settings.json', '.gemini/extensions/*/gemini-extension.json'],
    workspace: ['.gemini/settings.json', 'gemini-extension.json'],
  },
  {
    client: 'codex',
    label: 'Codex',
    // In a workspace, for trusted projects.
    sources: ['https://developers.openai.com/codex/mcp'],
    home: ['.codex/config.toml'],
    workspace: ['.codex/config.toml'],
  },
  {
    client: 'opencode',
    label: 'OpenCode',
    sources: ['https://opencode.ai/docs/config/', 'https://opencode.ai/docs/mcp-servers/'],
    home: either('.opencode', '.opencode/opencode'),
    config: [...either('opencode/opencode'), 'opencode/config.json'],
    data: either('opencode/opencode'),
    workspace: either('opencode', '.opencode', '.opencode/opencode'),
  },
  {
    client: 'zed',
    label: 'Zed',
    sources: ['https://zed.dev/docs/ai/mcp', 'https://zed.dev/docs/configuring-zed'],
    config: ['zed/settings.json'],
    data: ['Zed/settings.json'],
    // `zed/` is a copy of the user's in a repository of such files; so it is with goose.
    workspace: ['.zed/settings.json', 'zed/settings.json'],
  },
  {
    client: 'kiro',
    label: 'Kiro',
    sources: [
      'https://kiro.dev/docs/mcp/configuration',
      'https://kiro.dev/docs/custom-agents/configuration-reference/',
    ],
    home: ['.kiro/settings/mcp.json', '.kiro/agents/*.json', '.kiro/agents/*.md'],
    workspace: ['.kiro/settings/mcp.json', '.kiro/agents/*.json', '.kiro/agents/*.md'],
  },
  {
    client: 'junie',
    label: 'Junie',
    sources: ['https://www.jetbrains.com/help/junie/model-context-protocol-mcp.html'],
    home: ['.junie/mcp/mcp.json'],
    workspace: ['.junie/mcp/mcp.json'],
  },
  {
    client: 'roo',
    label: 'Roo Code',
    sources: ['https://docs.roocode.com/features/mcp/using-mcp-in-roo'],
    editor: [
      'globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json',
      'globalStorage/rooveterinaryinc.roo-cline/settings/cline_mcp_settings.json',
    ],
    workspace: ['.roo/mcp.json', 'mcp_settings.json'],
  },
  {
    client: 'kilo',
    label: 'Kilo Code',
    // `.kilocode` and the editor's storage are what it had before kilo.jsonc.
    sources: ['https://kilo.ai/docs/automate/mcp/using-in-kilo-code'],
    home: ['.kilocode/cli/global/settings/mcp_settings.json'],
    config: either('kilo/kilo'),
    editor: ['globalStorage/kilocode.kilo-code/settings/mcp_settings.json'],
    workspace: ['.kilocode/mcp.json', ...either('kilo', '.kilo/kilo')],
  },
  {
    client: 'copilot-cli',
    label: 'GitHub Copilot CLI',
    // VS Code's Copilot reads the user's file, too.
    sources: ['https://docs.github.com/en/copilot/reference/copilot-cli-reference/cli-command-reference'],
    home: ['.copilot/mcp-config.json'],
    workspace: ['.github/mcp.json', 'mcp-config.json'],
  },
  {
    client: 'copilot',
    label: 'GitHub Copilot (JetBrains, Eclipse, Xcode, custom agents)',
    sources: [
      'https://docs.github.com/en/copilot/reference/custom-agents-configuration',
      'https://docs.github.com/en/copilot/how-tos/provide-context/use-mcp/extend-copilot-chat-with-mcp',
      'https://github.com/microsoft/copilot-for-eclipse/issues/127',
    ],
    home: ['.copilot/agents/*.md'],
    config: ['intellij', 'eclipse', 'xcode'].map((ide) => `github-copilot/${ide}/mcp.json`),
    data: ['intellij', 'eclipse'].map((ide) => `github-copilot/${ide}/mcp.json`),
    localData: ['intellij', 'eclipse'].map((ide) => `github-copilot/${ide}/mcp.json`),
    workspace: ['.github/copilot/mcp.json', '.github/agents/*.md'],
  },
  {
    client: 'visual-studio',
    label: 'Visual Studio',
    // A solution's .mcp.json is read as Claude Code's: it is the same file.
    sources: ['https://learn.microsoft.com/en-us/visualstudio/ide/mcp-servers'],
    home: ['.mcp.json'],
    workspace: ['.vs/mcp.json'],
  },
  {
    client: 'amazon-q',
    label: 'Amazon Q Developer',
    sources: [
      'https://docs.aws.amazon.com/amazonq/latest/qdeveloper-ug/mcp-ide.html',
      'https://github.com/aws/amazon-q-developer-cli/blob/main/docs/agent-format.md',
    ],
    home: ['mcp.json', 'default.json', 'agents/*.json', 'cli-agents/*.json'].map((name) => `.aws/amazonq/${name}`),
    workspace: ['mcp.json', 'default.json', 'agents/*.json', 'cli-agents/*.json'].map((name) => `.amazonq/${name}`),
  },
  {
    client: 'warp',
    label: 'Warp',
    sources: ['https://docs.warp.dev/knowledge-and-collaboration/mcp'],
    home: ['.warp/.mcp.json'],
    workspace: ['.warp/.mcp.json'],
  },
  {
    client: 'goose',
    label: 'goose',
    sources: ['https://block.github.io/goose/docs/guides/config-files'],
    config: ['goose/config.yaml', 'goose/secrets.yaml'],
    data: ['Block/goose/config/config.yaml', 'Block/goose/config/secrets.yaml'],
    workspace: ['goose/config.yaml', 'goose/secrets.yaml'],
  },
  {
    client: 'lm-studio',
    label: 'LM Studio',
    sources: ['https://lmstudio.ai/docs/app/mcp'],
    home: ['.lmstudio/mcp.json', '.cache/lm-studio/mcp.json'],
  },
  {
    client: 'trae',
    label: 'Trae',
    sources: [
      'https://docs.trae.ai/ide/add-mcp-servers',
      'https://github.com/pathintegral-institute/mcpm.sh/issues/92',
    ],
    data: ['Trae/mcp.json', 'Trae CN/mcp.json'],
    workspace: ['.trae/mcp.json'],
  },
  {
    client: 'qwen-code',
    label: 'Qwen Code',
    sources: ['https://qwenlm.github.io/qwen-code-docs/en/users/features/mcp/'],
    home: ['.qwen/settings.json', '.qwen/extensions/*/qwen-extension.json'],
    workspace: ['.qwen/settings.json', '.qwen/settings.local.json'],
  },
  {
    client: 'amp',
    label: 'Amp',
    // Its extension for editors keeps `amp.mcpServers` in the editor's own settings, which are read as the editor's.
    sources: ['https://ampcode.com/manual'],
    config: either('amp/settings'),
    workspace: either('.amp/settings'),
  },
  {
    client: 'crush',
    label: 'Crush',
    // The newer crushrc is a program for a shell, and is not read.
    sources: ['https://github.com/charmbracelet/crush/blob/main/README.md'],
    home: ['.local/share/crush/crush.json'],
    config: ['crush/crush.json'],
    localData: ['crush/crush.json'],
    workspace: ['crush.json', '.crush.json'],
  },
  {
    client: 'factory',
    label: 'Factory',
    sources: [
      'https://docs.factory.ai/cli/configuration/mcp',
      'https://docs.factory.ai/web/machine-connection/factory-bridge/model-context-protocol',
    ],
    home: ['.factory/mcp.json'],
    data: ['Factory Bridge/mcp.json'],
    workspace: ['.factory/mcp.json'],
  },
  {
    client: 'antigravity',
    label: 'Antigravity',
    sources: [
      'https://antigravity.google/docs/mcp',
      'https://github.com/ChromeDevTools/chrome-devtools-mcp/pull/580',
      'https://github.com/jgravelle/jcodemunch-mcp/releases/tag/v1.108.89',
    ],
    home: ['antigravity', 'config', 'antigravity-cli'].map((folder) => `.gemini/${folder}/mcp_config.json`),
    workspace: ['.agents/mcp_config.json', '.agent/mcp_config.json'],
  },
  {
    client: 'augment',
    label: 'Augment',
    sources: ['https://docs.augmentcode.com/cli/integrations'],
    home: ['.augment/settings.json'],
    workspace: ['.augment/settings.json'],
  },
  {
    client: 'kimi',
    label: 'Kimi CLI',
    sources: ['https://moonshotai.github.io/kimi-cli/en/reference/kimi-mcp.html'],
    home: ['.kimi/mcp.json'],
  },
  {
    client: 'rovo-dev',
    label: 'Rovo Dev CLI',
    sources: ['https://support.atlassian.com/rovo/docs/connect-to-an-mcp-server-in-rovo-dev-cli'],
    home: ['.rovodev/mcp.json'],
  },
  {
    client: 'librechat',
    label: 'LibreChat',
    sources: ['https://www.librechat.ai/docs/configuration/librechat_yaml'],
    workspace: ['librechat.yaml'],
  },
  {
    client: 'other',
    label: 'Any client, by the usual name of the file',
    sources: ['https://nix-community.github.io/home-manager/options/home-manager/programs/mcp.html'],
    home: ['.agents/mcp.json'],
    config: ['mcp/mcp.json'],
    workspace: ['mcp.json', 'mcp.jsonc', '.mcp.jsonc', '.mcp.json.example', 'mcp.json.example'],
  },
];
