import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { ClientName } from '../../../../src/core/checkup/model/checkupModel.ts';
import { entriesInstead } from '../../../../src/extension/checkup/repair/entriesInstead.ts';
import { choicesFor, type Move } from '../../../../src/extension/checkup/repair/movePlan.ts';
import type { PlainSecret } from '../../../../src/extension/checkup/repair/secretPlaces.ts';
import { serverKeyOf } from '../../../../src/extension/checkup/repair/serverOfSecret.ts';
import { fileChanges, jsonFile, secretsIn, type UserFile } from './support.ts';

/** Built of parts, so that no scanner takes the test for a leak. */
const KEY = ['Qw8Er7Ty6Ui5Op4A', 's3Df2Gh1Jk9Lz0Xc'].join('');
const OTHER = ['Zx4Cv3Bn2Mq1Wr9E', 't8Yu7Ip6Oa5Sd0Fg'].join('');
const TOKEN = ['gh', 'p_', 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0fG3hJ6'].join('');
const LAUNCH = { command: '/launcher', args: [] };
const OWN = { command: '/launcher', args: [] };

/** What the file says once Valet Key uses every secret of it and its servers go. */
async function used(file: UserFile, connected: readonly string[] = ['vscode']): Promise<unknown> {
  const secrets = await secretsIn(file);
  const moves: Move[] = [];
  for (const secret of secrets) {
    const choice = choicesFor(secret, moves).includes('use-without-server') ? 'use-without-server' : 'drop';
    moves.push({ secret, choice });
  }
  const entries = entriesInstead(moves, new Map(), { launch: LAUNCH, connected });
  const [change] = fileChanges(moves, (secret: PlainSecret) => entries.get(serverKeyOf(secret) ?? ''));
  return JSON.parse(change?.after ?? '');
}

const server = { command: 'x', env: { API_KEY: KEY } };

test.each<[ClientName, string, unknown, unknown]>([
  [
    'zed',
    '/h/.config/zed/settings.json',
    { theme: 'x', context_servers: { a: { source: 'custom', ...server } } },
    { theme: 'x', context_servers: { a: { source: 'custom', ...OWN } } },
  ],
  [
    'opencode',
    '/h/opencode.json',
    { mcp: { a: { type: 'local', command: ['x'], environment: { API_KEY: KEY } } } },
    { mcp: { a: { type: 'local', command: ['/launcher'], enabled: true } } },
  ],
  [
    'kilo',
    '/h/.config/kilo/kilo.json',
    { mcp: { a: { type: 'local', command: ['x'], environment: { API_KEY: KEY } } } },
    { mcp: { a: { type: 'local', command: ['/launcher'], enabled: true } } },
  ],
  ['kilo', '/h/.kilocode/mcp.json', { mcpServers: { a: server } }, { mcpServers: { a: OWN } }],
  ['kiro', '/h/.kiro/settings/mcp.json', { mcpServers: { a: server } }, { mcpServers: { a: OWN } }],
  ['claude-desktop', '/h/claude_desktop_config.json', { mcpServers: { a: server } }, { mcpServers: { a: OWN } }],
  [
    'copilot-cli',
    '/h/.copilot/mcp-config.json',
    { mcpServers: { a: { ...server, tools: ['*'] } } },
    { mcpServers: { a: { type: 'local', ...OWN, tools: ['*'] } } },
  ],
  ['vscode', '/w/.vscode/mcp.json', { servers: { a: server } }, { servers: {} }],
])('%s reaches an API that its server reached until now', async (client, path, before, after) => {
  expect(await used(jsonFile(client, path, before))).toEqual(after);
});

test('goose knows an extension by its name, and takes none without', async () => {
  const text = `extensions:\n  a:\n    type: stdio\n    name: Tickets\n    cmd: x\n    envs: { API_KEY: ${KEY} }\n  b:\n    type: stdio\n    cmd: y\n    envs: { API_KEY: ${OTHER} }\n`;
  const secrets = await secretsIn({ path: '/h/.config/goose/config.yaml', client: 'goose', format: 'yaml', text });
  const moves = secrets.map((secret): Move => ({ secret, choice: 'wrap' }));
  const wrapped = new Map(moves.map(({ secret }) => [serverKeyOf(secret) ?? '', 'tickets']));
  const entries = entriesInstead(moves, wrapped, { launch: LAUNCH, connected: [] });
  const [change] = fileChanges(moves, (secret) => entries.get(serverKeyOf(secret) ?? ''));
  const entry = {
    type: 'stdio',
    description: '',
    cmd: '/launcher',
    args: ['--server', 'tickets'],
    envs: {},
    enabled: true,
  };
  expect(parse(change?.after ?? '')).toEqual({
    extensions: { a: { ...entry, name: 'Tickets' }, b: { ...entry, name: 'b' } },
  });
});

const two = { a: server, b: { command: 'y', env: { API_KEY: OTHER } }, c: { command: 'z' } };

test.each<[string, readonly string[], unknown, unknown]>([
  ['for several servers once', ['vscode'], two, { a: OWN, c: { command: 'z' } }],
  ['with all secrets of its server', ['vscode'], { a: { ...server, args: ['--token', OTHER] } }, { a: OWN }],
  ['not where the file leads there already', ['vscode'], { ...two, v: OWN }, { c: { command: 'z' }, v: OWN }],
  [
    'but where that entry is switched off',
    ['vscode'],
    { a: server, v: { ...OWN, disabled: true } },
    { a: OWN, v: { ...OWN, disabled: true } },
  ],
  ['not where its client is connected', ['vscode', 'windsurf'], two, { c: { command: 'z' } }],
  ['not in the place of one that is switched off', ['vscode'], { a: { ...server, disabled: true } }, {}],
])('Valet Key’s own server comes %s', async (_, connected, before, after) => {
  const file = jsonFile('windsurf', '/h/mcp_config.json', { mcpServers: before });
  expect(await used(file, connected)).toEqual({ mcpServers: after });
});

test('a file that several clients read leads to Valet Key, though one of them is connected', async () => {
  const file = jsonFile('claude-code', '/w/.mcp.json', { mcpServers: { a: server } });
  expect(await used(file, ['vscode', 'claude-code'])).toEqual({
    mcpServers: { a: { type: 'stdio', ...OWN, env: { VALETKEY_CLIENT: 'claude-code' } } },
  });
});

test('the server stays first where nobody knows the API, and goes first where Valet Key does', async () => {
  const firstOf = async (env: Readonly<Record<string, string>>) => {
    const [secret] = await secretsIn(
      jsonFile('cursor', '/h/.cursor/mcp.json', { mcpServers: { a: { command: 'x', env } } }),
    );
    return secret && choicesFor(secret, [], true)[0];
  };
  expect(await firstOf({ TICKETS_API_KEY: KEY })).toBe('wrap');
  expect(await firstOf({ GITHUB_TOKEN: TOKEN })).toBe('use-without-server');
});
