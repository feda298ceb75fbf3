import type { ClientName } from '../../../src/core/checkup/model/checkupModel.ts';

/** A server as its client spells it, with a token that has no place in a file and a package without a version. */
export interface ClientFixture {
  readonly text: string;
  /** Where the token and the package stand. */
  readonly token: string;
  readonly package: string;
}

/** A token by its shape alone, made here so that no scanner trips over this file. */
export const TOKEN = ['gh', 'p_', 'Zq81mXc72LpWv04TkR9sB3nY6hD5fGjA1eUo'].join('');

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
const SERVER = { command: 'npx', args: ['-y', 'some-server'], env: { GITHUB_TOKEN: TOKEN } };

function usual(...keys: readonly string[]): ClientFixture {
  const at = ['', ...keys, 's'].join('/');
  return {
    text: json(keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), { s: SERVER })),
    token: `${at}/env/GITHUB_TOKEN`,
    package: `${at}/args/1`,
  };
}

const FRONT_MATTER_MAP: ClientFixture = {
  text: `---\nname: a\ndescription: "It uses: servers"\nmcp-servers:\n  s:\n    type: local\n    command: npx\n    args: [-y, some-server]\n    env:\n      GITHUB_TOKEN: ${TOKEN}\n---\n# Prose\n\nmcp-servers: no server\n`,
  token: '/mcp-servers/s/env/GITHUB_TOKEN',
  package: '/mcp-servers/s/args/1',
};

const FRONT_MATTER_LIST: ClientFixture = {
  text: `---\r\nname: a\r\nmcpServers:\r\n  - other\r\n  - s:\r\n      command: npx\r\n      args: [-y, some-server]\r\n      env: { GITHUB_TOKEN: ${TOKEN} }\r\n---\r\nProse\r\n`,
  token: '/mcpServers/1/s/env/GITHUB_TOKEN',
  package: '/mcpServers/1/s/args/1',
};

const OPENCODE: ClientFixture = {
  text: `{\n  // the servers\n  "$schema": "https://opencode.ai/config.json",\n  "mcp": {\n    "s": {\n      "type": "local",\n      "command": ["npx", "-y", "some-server"],\n      "environment": { "GITHUB_TOKEN": "${TOKEN}" },\n    },\n  },\n}\n`,
  token: '/mcp/s/environment/GITHUB_TOKEN',
  package: '/mcp/s/command/2',
};

const YAML_LIST: ClientFixture = {
  text: `mcpServers:\n  - name: s\n    command: npx\n    args: [-y, some-server]\n    env:\n      GITHUB_TOKEN: ${TOKEN}\n`,
  token: '/mcpServers/0/env/GITHUB_TOKEN',
  package: '/mcpServers/0/args/1',
};

const GOOSE: ClientFixture = {
  text: `GOOSE_PROVIDER: x\nextensions:\n  developer:\n    type: builtin\n    enabled: true\n  s:\n    type: stdio\n    cmd: npx\n    args: [-y, some-server]\n    envs:\n      GITHUB_TOKEN: ${TOKEN}\n`,
  token: '/extensions/s/envs/GITHUB_TOKEN',
  package: '/extensions/s/args/1',
};

const CODEX: ClientFixture = {
  text: `[mcp_servers.s]\ncommand = "npx"\nargs = ["-y", "some-server"]\n[mcp_servers.s.env]\nGITHUB_TOKEN = "${TOKEN}"\n`,
  token: '/mcp_servers/s/env/GITHUB_TOKEN',
  package: '/mcp_servers/s/args/1',
};

const LIBRECHAT: ClientFixture = {
  text: `version: 1.2.8\nmcpServers:\n  s:\n    command: npx\n    args: [-y, some-server]\n    env:\n      GITHUB_TOKEN: ${TOKEN}\n`,
  token: '/mcpServers/s/env/GITHUB_TOKEN',
  package: '/mcpServers/s/args/1',
};

const OWN: Partial<Record<ClientName, ClientFixture>> = {
  'visual-studio': usual('servers'),
  copilot: usual('servers'),
  opencode: OPENCODE,
  kilo: OPENCODE,
  crush: usual('mcp'),
  zed: usual('context_servers'),
  amp: usual('amp.mcpServers'),
  codex: CODEX,
  goose: GOOSE,
  librechat: LIBRECHAT,
};

/** What a client has at a place, by its documentation. Undefined where it has secrets alone. */
export function fixtureOf(client: ClientName, path: string): ClientFixture | undefined {
  if (path.endsWith('secrets.yaml')) return undefined;
  if (path.endsWith('.md')) return client === 'copilot' ? FRONT_MATTER_MAP : FRONT_MATTER_LIST;
  if (/\.ya?ml$/.test(path) && client === 'continue') return YAML_LIST;
  if (path.endsWith('devcontainer.json')) return usual('customizations', 'vscode', 'mcp', 'servers');
  if (path.endsWith('.code-workspace')) return usual('settings', 'mcp', 'servers');
  if (/mcp[^/]*\.json$/.test(path))
    return client === 'vscode' || client === 'copilot' ? usual('servers') : usual('mcpServers');
  if (client === 'vscode') return usual('mcp', 'servers');
  return OWN[client] ?? usual('mcpServers');
}
