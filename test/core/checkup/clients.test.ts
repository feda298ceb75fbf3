import { describe, expect, it } from 'vitest';
import type { ClientName } from '../../../src/core/checkup/model/checkupModel.ts';
import { CLIENT_PLACES, type ClientPlaces } from '../../../src/core/checkup/model/clientPlaces.ts';
import {
  type ConfigPlace,
  matchesName,
  type Platform,
  userPlaces,
  workspacePlace,
} from '../../../src/core/checkup/model/locations.ts';
import { cpuTime } from '../../support/cpuTime.ts';
import { fixtureOf, TOKEN } from './clientFixtures.ts';
import { found, read } from './support.ts';

const HOME = '/home/me';
const DATA: Readonly<Record<Platform, string>> = {
  linux: '.config',
  darwin: 'Library/Application Support',
  win32: 'AppData/Roaming',
};
const PLATFORMS = ['linux', 'darwin', 'win32'] as const;

/** Every file that the table promises, with a name in place of each `*`. */
const named = (path: string): string => path.replaceAll('*', 'x');

function ofUser(one: ClientPlaces, platform: Platform): string[] {
  const local = platform === 'win32' ? (one.localData ?? []).map((path) => `AppData/Local/${path}`) : [];
  return [
    ...(one.home ?? []),
    ...(one.config ?? []).map((path) => `.config/${path}`),
    ...(one.data ?? []).map((path) => `${DATA[platform]}/${path}`),
    ...local,
    ...(one.editor ?? []).flatMap((path) =>
      ['Code', 'Code - Insiders', 'VSCodium', 'Cursor', 'Windsurf'].map(
        (editor) => `${DATA[platform]}/${editor}/User/${path}`,
      ),
    ),
  ].map((path) => `${HOME}/${path}`);
}

function placeOf(file: string, platform: Platform): ConfigPlace | undefined {
  return userPlaces({ platform, home: HOME }).find(({ path }) => {
    const [pattern, names] = [path.split('/'), file.split('/')];
    return pattern.length === names.length && pattern.every((name, at) => matchesName(name, names[at] ?? ''));
  });
}

/** What checks 1 and 9 find in a file of a client, by code and pointer. */
function foundIn(place: Pick<ConfigPlace, 'path' | 'client' | 'format'>, text: string): string[] {
  const config = read(text, { ...place, path: `/w/${place.path}` });
  expect(config.notes).toEqual([]);
  return [...found([config], 1), ...found([config], 9)];
}

describe.each(CLIENT_PLACES)('$label', (one) => {
  const files = [
    ...PLATFORMS.flatMap((platform) => ofUser(one, platform).map((path) => [platform, named(path)] as const)),
    ...(one.workspace ?? []).map((path) => ['workspace', `packages/a/${named(path)}`] as const),
  ];

  it.each(files)('on %s: %s is read', (where, file) => {
    const place = where === 'workspace' ? workspacePlace(file) : placeOf(file, where);
    expect(place?.client).toBe(one.client);
    const fixture = fixtureOf(one.client, file);
    if (!place || !fixture) return;
    expect(foundIn({ ...place, path: file }, fixture.text)).toEqual([
      `secret-token ${fixture.token}`,
      `version-missing ${fixture.package}`,
    ]);
  });

  it('says where its places are documented', () => {
    expect(one.sources.length).toBeGreaterThan(0);
    for (const source of one.sources) expect(new URL(source).protocol).toBe('https:');
  });
});

describe('spellings from the clients’ documents', () => {
  const rows: readonly (readonly [string, ClientName, string, unknown, readonly string[]])[] = [
    [
      'Claude Code’s plugins: the root is the map',
      'claude-code',
      '.mcp.json',
      {
        gh: { command: 'npx', args: ['-y', 'p'], env: { GITHUB_TOKEN: TOKEN } },
        web: { type: 'http', url: 'https://h.example' },
      },
      ['secret-token /gh/env/GITHUB_TOKEN', 'version-missing /gh/args/1'],
    ],
    [
      'the root as the map, beside what is none',
      'vscode',
      '.vscode/mcp.json',
      { $schema: 'x', inputs: [], version: 1, meta: { type: 'object' }, gh: { command: 'npx', args: ['p'] } },
      ['version-missing /gh/args/0'],
    ],
    [
      'both forms in one file',
      'claude-code',
      '.mcp.json',
      { mcpServers: { a: { command: 'npx', args: ['p'] } }, b: { command: 'npx', args: ['q'] } },
      ['version-missing /mcpServers/a/args/0', 'version-missing /b/args/0'],
    ],
    [
      'VS Code’s list of servers with an id',
      'vscode',
      '.vscode/mcp.json',
      { servers: [{ id: 'x', type: 'http', url: 'https://h.example', headers: { Authorization: `Bearer ${TOKEN}` } }] },
      ['secret-token /servers/0/headers/Authorization'],
    ],
    [
      'a list of servers with names',
      'cursor',
      '.cursor/mcp.json',
      { mcpServers: [{ name: 'x', command: 'npx', args: ['p'] }] },
      ['version-missing /mcpServers/0/args/0'],
    ],
    [
      'a list at the root',
      'other',
      'mcp.json',
      [{ name: 'x', command: 'npx', args: ['p'] }],
      ['version-missing /0/args/0'],
    ],
    [
      'OpenCode 2: below mcp.servers',
      'opencode',
      'opencode.jsonc',
      { mcp: { servers: { x: { type: 'local', command: ['npx', 'p'], environment: { GITHUB_TOKEN: TOKEN } } } } },
      ['secret-token /mcp/servers/x/environment/GITHUB_TOKEN', 'version-missing /mcp/servers/x/command/1'],
    ],
    [
      'OpenCode 1: a server that is called servers',
      'opencode',
      'opencode.json',
      { mcp: { servers: { type: 'local', command: ['npx', 'p'], environment: { GITHUB_TOKEN: TOKEN } } } },
      ['secret-token /mcp/servers/environment/GITHUB_TOKEN', 'version-missing /mcp/servers/command/1'],
    ],
    [
      'OpenCode: a server elsewhere',
      'opencode',
      'opencode.json',
      { mcp: { x: { type: 'remote', url: 'https://h.example', headers: { Authorization: `Bearer ${TOKEN}` } } } },
      ['secret-token /mcp/x/headers/Authorization'],
    ],
    [
      'Zed: a command with a path',
      'zed',
      '.zed/settings.json',
      { context_servers: { x: { command: { path: 'npx', args: ['p'], env: { GITHUB_TOKEN: TOKEN } } } } },
      ['secret-token /context_servers/x/command/env/GITHUB_TOKEN', 'version-missing /context_servers/x/command/args/0'],
    ],
    [
      'variables as a list',
      'other',
      'mcp.json',
      { mcpServers: { x: { command: './x', env: [{ name: 'API_TOKEN', value: TOKEN }] } } },
      ['secret-token /mcpServers/x/env/0/value'],
    ],
    [
      'variables as maps',
      'other',
      'mcp.json',
      { mcpServers: { x: { command: './x', env: { API_TOKEN: { value: TOKEN, description: 'y' } } } } },
      ['secret-token /mcpServers/x/env/API_TOKEN/value'],
    ],
    [
      'headers as a list',
      'other',
      'mcp.json',
      { mcpServers: { x: { url: 'https://h.example', headers: [{ key: 'X-Api-Key', value: TOKEN }] } } },
      ['secret-token /mcpServers/x/headers/0/value'],
    ],
    [
      'variables as texts in a list',
      'other',
      'mcp.json',
      { mcpServers: { x: { command: './x', env: [`API_TOKEN=${TOKEN}`] } } },
      ['secret-token /mcpServers/x/env/0'],
    ],
    [
      'variables as maps in a list',
      'other',
      'mcp.json',
      { mcpServers: { x: { command: './x', env: [{ API_TOKEN: TOKEN }] } } },
      ['secret-token /mcpServers/x/env/0/API_TOKEN'],
    ],
    [
      'Warp: the root is the map',
      'warp',
      '.warp/.mcp.json',
      { x: { command: 'npx', args: ['p'], working_directory: null, start_on_launch: true } },
      ['version-missing /x/args/0'],
    ],
    [
      'Kiro’s powers',
      'kiro',
      '.kiro/settings/mcp.json',
      { mcpServers: {}, powers: { mcpServers: { x: { command: 'npx', args: ['p'] } } } },
      ['version-missing /powers/mcpServers/x/args/0'],
    ],
    [
      'Continue’s config.json: a transport around the command',
      'continue',
      '.continue/config.json',
      {
        experimental: {
          modelContextProtocolServers: [
            { transport: { type: 'stdio', command: 'npx', args: ['p'], env: { API_TOKEN: TOKEN } } },
          ],
        },
      },
      [
        'secret-token /experimental/modelContextProtocolServers/0/transport/env/API_TOKEN',
        'version-missing /experimental/modelContextProtocolServers/0/transport/args/0',
      ],
    ],
    [
      'a plugin of a marketplace',
      'claude-code',
      '.claude-plugin/marketplace.json',
      {
        name: 'm',
        plugins: [
          { name: 'a', mcpServers: './x.json' },
          { name: 'b', mcpServers: { x: { command: 'npx', args: ['p'] } } },
        ],
      },
      ['version-missing /plugins/1/mcpServers/x/args/0'],
    ],
    [
      'Zed: an extension’s server with settings of its own',
      'zed',
      '.zed/settings.json',
      {
        context_servers: { 'mcp-server-x': { source: 'extension', enabled: true, settings: { access_token: TOKEN } } },
      },
      ['secret-token /context_servers/mcp-server-x/settings/access_token'],
    ],
    [
      'references of OpenCode',
      'opencode',
      'opencode.json',
      {
        mcp: {
          x: {
            type: 'local',
            command: ['./x'],
            environment: { API_TOKEN: '{env:API_TOKEN}', API_KEY: '{file:~/.key}' },
          },
        },
      },
      [],
    ],
    [
      'Amp, in the settings of an editor',
      'vscode',
      '.vscode/settings.json',
      { 'editor.tabSize': 2, 'amp.mcpServers': { x: { command: 'npx', args: ['p'] } } },
      ['version-missing /amp.mcpServers/x/args/0'],
    ],
    [
      'Cody and Augment, in the settings of an editor',
      'vscode',
      'w.code-workspace',
      {
        settings: {
          'cody.mcpServers': { x: { command: 'npx', args: ['p'] } },
          'augment.advanced': { mcpServers: [{ name: 'y', command: 'npx', args: ['q'] }] },
        },
      },
      [
        'version-missing /settings/cody.mcpServers/x/args/0',
        'version-missing /settings/augment.advanced/mcpServers/0/args/0',
      ],
    ],
    [
      'settings that are like servers, but none',
      'vscode',
      '.vscode/settings.json',
      { launch: { type: 'local', command: 'npx', args: ['p'] }, mcp: { x: { command: 'npx', args: ['p'] } } },
      [],
    ],
    [
      'a model’s key in Continue',
      'continue',
      '.continue/config.json',
      { models: [{ title: 'x', provider: 'y', apiKey: TOKEN }] },
      ['secret-token /models/0/apiKey'],
    ],
    [
      'a provider’s key in OpenCode',
      'opencode',
      'opencode.json',
      { provider: { x: { options: { apiKey: TOKEN, baseURL: 'https://h.example' } } } },
      ['secret-token /provider/x/options/apiKey'],
    ],
    [
      'an agent’s environment in Zed',
      'zed',
      '.zed/settings.json',
      { theme: 'x', agent_servers: { y: { command: 'y', env: { API_TOKEN: TOKEN } } } },
      ['secret-token /agent_servers/y/env/API_TOKEN'],
    ],
  ];

  it.each(rows)('%s', (_, client, path, value, expected) => {
    expect(foundIn({ client, path, format: 'jsonc' }, JSON.stringify(value))).toEqual(expected);
  });

  it.each([
    ['the name of a variable', '[model_providers.x]\nname = "x"\nenv_key = "X_API_KEY"\n', []],
    [
      'a key of a model',
      `[model_providers.x]\nexperimental_bearer_token = "${TOKEN}"\n`,
      ['secret-token /model_providers/x/experimental_bearer_token'],
    ],
    [
      'the environment of what Codex starts',
      `[shell_environment_policy]\nset = { GITHUB_TOKEN = "${TOKEN}" }\n`,
      ['secret-token /shell_environment_policy/set/GITHUB_TOKEN'],
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn({ client: 'codex', path: '.codex/config.toml', format: 'toml' }, text)).toEqual(expected);
  });

  it('goose: an extension with a map of its own, and a built-in one, which is no server', () => {
    const text =
      'extensions:\n  a:\n    enabled: true\n    config: { type: stdio, cmd: npx, args: [p] }\n  b: { type: builtin }\n';
    const place = { client: 'goose', path: '.config/goose/config.yaml', format: 'yaml' } as const;
    expect(foundIn(place, text)).toEqual(['version-missing /extensions/a/config/args/0']);
    expect(read(text, place).servers.map(({ name }) => name)).toEqual(['a']);
  });

  it('a model’s key in a block of Continue’s', () => {
    const place = { client: 'continue', path: '.continue/models/x.yaml', format: 'yaml' } as const;
    const text = `name: x\nmodels:\n  - provider: y\n    apiKey: ${TOKEN}\n    requestOptions:\n      headers: { X-Token: ${TOKEN} }\n`;
    expect(foundIn(place, text)).toEqual([
      'secret-token /models/0/apiKey',
      'secret-token /models/0/requestOptions/headers/X-Token',
    ]);
  });

  it('goose’s secrets, each of which is one', () => {
    const place = { client: 'goose', path: '.config/goose/secrets.yaml', format: 'yaml' } as const;
    expect(foundIn(place, `GITHUB_TOKEN: ${TOKEN}\n`)).toEqual(['secret-token /GITHUB_TOKEN']);
  });
});

describe('large files', () => {
  const many = (count: number, one: (index: number) => unknown): unknown[] =>
    Array.from({ length: count }, (_, at) => one(at));
  const mapOf = (count: number, one: unknown): unknown =>
    Object.fromEntries(many(count, (at) => [`s${at}`, one]) as [string, unknown][]);
  const SERVER = { command: 'npx', args: ['p'], env: { A: 'b' } };

  it.each<[string, ClientName, string, (count: number) => string]>([
    ['a map as the whole file', 'other', 'mcp.json', (count) => JSON.stringify(mapOf(count, SERVER))],
    ['a list', 'other', 'mcp.json', (count) => JSON.stringify({ mcpServers: many(count, () => SERVER) })],
    ['many settings', 'zed', '.zed/settings.json', (count) => JSON.stringify(mapOf(count * 4, { a: [1, 2] }))],
    [
      'a command',
      'opencode',
      'opencode.json',
      (count) => JSON.stringify({ mcp: { x: { command: many(count * 8, String) } } }),
    ],
    [
      'variables in a list',
      'other',
      'mcp.json',
      (count) => JSON.stringify({ servers: { x: { env: many(count * 4, (at) => ({ name: `v${at}`, value: 'v' })) } } }),
    ],
    [
      'front matter',
      'copilot',
      '.github/agents/a.md',
      (count) =>
        `---\nmcp-servers:\n${many(count / 8, (at) => `  s${at}: { command: npx, args: [p] }\n`).join('')}---\n`,
    ],
    [
      'what is no front matter',
      'copilot',
      '.github/agents/a.md',
      (count) => `---\nmcp-servers:\n${'--- \t x\n'.repeat(count)}`,
    ],
    [
      'aliases',
      'goose',
      'config.yaml',
      (count) =>
        `x: &x { A: b }\nextensions:\n${many(count / 8, (at) => `  s${at}: { cmd: npx, envs: { <<: *x } }\n`).join('')}`,
    ],
  ])('are read in time that grows with them alone: %s', (_, client, path, text) => {
    const format = workspacePlace(path)?.format ?? 'yaml';
    const time = (count: number, enough?: number): number => {
      const whole = text(count);
      return cpuTime(() => read(whole, { client, path: `/w/${path}`, format }), 3, enough);
    };
    time(250);
    // Eight times as much takes about eight times as long, and would take 64 times as long.
    const most = Math.max(24 * time(250), 150);
    expect(time(2000, most)).toBeLessThan(most);
  });
});

describe('anchors in YAML', () => {
  const goose = (text: string): string[] =>
    foundIn({ client: 'goose', path: '.config/goose/config.yaml', format: 'yaml' }, text);

  it('are read where they are repeated', () => {
    const text = `common: &env\n  GITHUB_TOKEN: ${TOKEN}\nextensions:\n  a: { cmd: ./a, envs: *env }\n`;
    expect(goose(text)).toEqual(['secret-token /extensions/a/envs/GITHUB_TOKEN']);
  });

  it('are merged, and what a map says itself goes before', () => {
    const text = `x: &x\n  GITHUB_TOKEN: ${TOKEN}\n  MODE: read\nextensions:\n  a:\n    cmd: ./a\n    envs: { <<: *x }\n  b:\n    cmd: ./b\n    envs: { <<: [*x, *x], GITHUB_TOKEN: none }\n`;
    expect(goose(text)).toEqual(['secret-token /extensions/a/envs/GITHUB_TOKEN']);
  });

  it.each([
    ['of themselves', 'extensions: &x { a: { cmd: ./a, envs: *x } }\n'],
    ['of nothing', 'extensions: { a: { cmd: ./a, envs: *nothing } }\n'],
  ])('%s repeat nothing', (_, text) => {
    expect(goose(text)).toEqual([]);
  });

  it.each([
    ['lists', (one: string) => `[${Array.from({ length: 10 }, () => one).join(', ')}]`],
    ['merged maps', (one: string) => `{ <<: [${Array.from({ length: 10 }, () => one).join(', ')}] }`],
  ])('that repeat each other without end (%s) give a note', (_, ten) => {
    const lines = Array.from(
      { length: 30 },
      (__, at) => `k${at}: &a${at} ${at === 0 ? '{ x: y }' : ten(`*a${at - 1}`)}`,
    );
    const config = read(`${lines.join('\n')}\n`, { client: 'goose', format: 'yaml', path: '/h/config.yaml' });
    expect(config.notes.map(({ code }) => code)).toEqual(['too-large']);
  });

  it('that lie too deep inside each other give a note', () => {
    const lines = Array.from({ length: 400 }, (__, at) => `k${at}: &a${at} ${at === 0 ? 'x' : `[*a${at - 1}]`}`);
    const config = read(`${lines.join('\n')}\n`, { client: 'goose', format: 'yaml', path: '/h/config.yaml' });
    expect(config.notes.map(({ code }) => code)).toEqual(['too-deep']);
  });
});

describe('front matter', () => {
  const agent = (text: string): ReturnType<typeof read> =>
    read(text, { client: 'claude-code', format: 'markdown', path: '/w/.claude/agents/a.md' });

  it.each([
    ['prose alone', '# mcpServers\n\n- npx\n'],
    ['never closed', '---\nmcpServers: { a: { command: npx, args: [p] } }\n'],
    ['not at the beginning', '\n---\nmcpServers: { a: { command: npx, args: [p] } }\n---\n'],
    ['that no YAML reader takes, without servers', '---\ndescription: Use it when: <example> a: b\n---\n'],
    ['with a name of a server that stands elsewhere', '---\nmcpServers: [github]\n---\n'],
    ['empty', ''],
  ])('%s has no servers and no note', (_, text) => {
    expect(agent(text)).toMatchObject({ servers: [], notes: [] });
  });

  it('that cannot be read, though it names servers, gives a note', () => {
    const { notes } = agent('---\ndescription: a: b: c\nmcpServers:\n  - x: [\n---\n');
    expect(notes.map(({ code }) => code)).toEqual(['not-readable']);
  });

  it.each([
    ['before', 'description: Use it when: it helps\nmcp-servers:\n  a: { command: npx, args: [p] }\n'],
    ['after', 'mcp-servers:\n\n  # the one\n  a: { command: npx, args: [p] }\nexamples: <example>\n  x: y: z\n'],
    ['around a list at the margin', 'tools: a: b\nmcpServers:\n- a: { command: npx, args: [p] }\nmodel: "x" y\n'],
  ])('with prose that is no YAML %s gives its servers', (_, yaml) => {
    for (const lines of ['\n', '\r\n']) {
      const text = `---\n${yaml}---\n`.replaceAll('\n', lines);
      const { servers, notes } = agent(text);
      expect(notes).toEqual([]);
      expect(servers.map(({ name, args }) => [name, text.slice(args[0]?.span.start, args[0]?.span.end)])).toEqual([
        ['a', 'p'],
      ]);
    }
  });

  it('has its texts at the offsets of the file, a byte order mark counted', () => {
    for (const mark of ['', '\uFEFF']) {
      const text = `${mark}---\nmcpServers:\n  a: { command: npx, args: ["some-server"] }\n---\n`;
      const [arg] = agent(text).servers[0]?.args ?? [];
      expect(text.slice(arg?.span.start, arg?.span.end)).toBe('"some-server"');
    }
  });
});

describe('a file in a known place without servers', () => {
  const codes = (text: string, path: string): string[] =>
    read(text, { path, client: 'other' }).notes.map(({ code, severity }) => `${severity} ${code}`);

  it.each([
    ['{"servrs": {"a": {"command": "x"}}}', '/w/.mcp.json'],
    ['{"command": "npx", "args": ["p"]}', '/w/.cursor/mcp.json'],
    ['{"a": 1}', 'C:\\w\\mcp_config.json'],
    ['"x"', '/w/mcp-config.json'],
    ['[1]', '/w/.continue/mcpServers/x.json'],
  ])('%s in %s is told', (text, path) => {
    expect(codes(text, path)).toEqual(['information no-servers']);
  });

  it.each([
    ['{}', '/w/.mcp.json'],
    ['', '/w/.mcp.json'],
    ['{"$schema": "x", "inputs": []}', '/w/.vscode/mcp.json'],
    ['{"mcpServers": {}}', '/w/.mcp.json'],
    ['{"servers": []}', '/w/.vscode/mcp.json'],
    ['{"theme": "x"}', '/w/.zed/settings.json'],
    ['{"name": "x"}', '/w/.claude-plugin/plugin.json'],
  ])('%s in %s is all right', (text, path) => {
    expect(codes(text, path)).toEqual([]);
  });
});
