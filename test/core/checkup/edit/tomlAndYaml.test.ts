import { describe, expect, test } from 'vitest';
import { withoutSecrets } from '../../../../src/core/checkup/edit/secretRemoval.ts';
import type { ConfigFile } from '../../../../src/core/checkup/model/checkupModel.ts';
import { readConfig } from '../../../../src/core/checkup/read/readConfig.ts';
import { KEY, OTHER_KEY, saidBy, secretsIn } from './support.ts';

// The ways in which TOML and YAML write a value, each with a secret: what is left is read by the libraries' own parsers.

const toml = (text: string): ConfigFile => ({
  path: '/h/config.toml',
  client: 'codex',
  format: 'toml',
  scope: 'user',
  text,
});
const yaml = (text: string): ConfigFile => ({
  path: '/h/config.yaml',
  client: 'continue',
  format: 'yaml',
  scope: 'user',
  text,
});

/** What a file says without its secrets, and its text. */
function alone(file: ConfigFile): { said: unknown; text: string } {
  const found = secretsIn(file);
  expect(found).not.toEqual([]);
  const text = withoutSecrets(
    file,
    found.map((finding) => ({ kind: 'value', finding })),
  );
  for (const value of [KEY, OTHER_KEY]) expect(text).not.toContain(value);
  return { said: saidBy({ ...file, text }), text };
}

const URL = `postgres://u:${KEY}@h.corp.internal/d`;

describe('TOML', () => {
  test.each<[string, string, unknown]>([
    [
      'a table of variables',
      `[mcp_servers."my.server"]\ncommand = "x"\n[mcp_servers."my.server".env]\nAPI_KEY = "${KEY}" # keep\nA = "b"\n`,
      { 'my.server': { command: 'x', env: { A: 'b' } } },
    ],
    [
      'the only variable of a table',
      `[mcp_servers.x]\ncommand = "x"\n[mcp_servers.x.env]\nAPI_KEY = "${KEY}"\n`,
      { x: { command: 'x', env: {} } },
    ],
    [
      'dotted keys',
      `mcp_servers.x.command = "x"\nmcp_servers.x.env.A = "b"\nmcp_servers.x.env.API_KEY = '${KEY}'\n`,
      { x: { command: 'x', env: { A: 'b' } } },
    ],
    [
      'an inline table',
      `[mcp_servers.x]\ncommand = "x"\nenv = { API_KEY = "${KEY}", A = "b" }\n`,
      { x: { command: 'x', env: { A: 'b' } } },
    ],
    [
      'the last of an inline table',
      `[mcp_servers.x]\ncommand = "x"\nenv = { A = "b", API_KEY = "${KEY}" }\n`,
      { x: { command: 'x', env: { A: 'b' } } },
    ],
    [
      'the only one of an inline table',
      `[mcp_servers.x]\ncommand = "x"\nenv = { API_KEY = "${KEY}" }\n`,
      { x: { command: 'x', env: {} } },
    ],
    [
      'three quotes',
      `[mcp_servers.x]\ncommand="x"\n[mcp_servers.x.env]\nAPI_KEY = """${KEY}"""\nA = "b"\n`,
      { x: { command: 'x', env: { A: 'b' } } },
    ],
    [
      'three single quotes and a line break',
      `[mcp_servers.x]\ncommand="x"\n[mcp_servers.x.env]\nAPI_KEY = '''\n${KEY}'''\nA = "b"\n`,
      { x: { command: 'x', env: { A: 'b' } } },
    ],
    [
      'escapes',
      `[mcp_servers.x]\ncommand="x"\n[mcp_servers.x.env]\nDB_URL = "${URL.replace('Q', '\\u0051')}"\n`,
      { x: { command: 'x', env: { DB_URL: 'postgres://u@h.corp.internal/d' } } },
    ],
    [
      'a literal text',
      `[mcp_servers.x]\ncommand="x"\nenv = { DB_URL = '${URL}' }\n`,
      { x: { command: 'x', env: { DB_URL: 'postgres://u@h.corp.internal/d' } } },
    ],
    [
      'a list on several lines',
      `[mcp_servers.x]\ncommand="x"\nargs = [\n  "serve",\n  "--api-key", # c\n  "${KEY}",\n]\n`,
      { x: { command: 'x', args: ['serve'] } },
    ],
    [
      'a list on one line',
      `[mcp_servers.x]\ncommand="x"\nargs = ["--api-key", "${KEY}", "serve"]\n`,
      { x: { command: 'x', args: ['serve'] } },
    ],
    [
      'headers',
      `[mcp_servers.x]\nurl="https://x.example"\n[mcp_servers.x.http_headers]\nAuthorization = "Bearer ${KEY}"\n"X-Api-Key" = "${OTHER_KEY}"\nA = "b"\n`,
      { x: { url: 'https://x.example', http_headers: { A: 'b' } } },
    ],
    [
      'a key of the entry itself',
      `[mcp_servers.x]\nurl="https://x.example"\nbearer_token = "${KEY}"\n\n[mcp_servers.y]\ncommand = "y"\n`,
      { x: { url: 'https://x.example' }, y: { command: 'y' } },
    ],
    [
      'a byte order mark and CR LF',
      `\u{feff}[mcp_servers.x]\r\ncommand="x"\r\nenv = { API_KEY = "${KEY}", A = "b" }\r\n`,
      { x: { command: 'x', env: { A: 'b' } } },
    ],
    [
      'no line break at the end',
      `[mcp_servers.x]\ncommand="x"\n[mcp_servers.x.env]\nA = "b"\nAPI_KEY = "${KEY}"`,
      { x: { command: 'x', env: { A: 'b' } } },
    ],
  ])('%s', (_what, text, expected) => {
    const { said, text: after } = alone(toml(text));
    expect(dropEmpty((said as { mcp_servers: unknown }).mcp_servers)).toEqual(dropEmpty(expected));
    if (!text.includes('\r')) expect(after).not.toContain('\r');
    else expect(after).not.toMatch(/[^\r]\n/);
  });

  const SERVERS: readonly (readonly [string, string])[] = [
    [
      'tables',
      `model = "m"\n\n[mcp_servers.x]\ncommand = "x" # c\n\n[mcp_servers.x.env]\nAPI_KEY = "k"\n\n[mcp_servers.y]\ncommand = "y"\n`,
    ],
    [
      'the last of tables',
      `model = "m"\n[mcp_servers.y]\ncommand = "y"\n[mcp_servers.x]\ncommand = "x"\n[mcp_servers.x.env]\nAPI_KEY = "k"`,
    ],
    [
      'dotted keys',
      `model = "m"\nmcp_servers.x.command = "x"\nmcp_servers.x.env.API_KEY = "k"\nmcp_servers.y.command = "y"\n`,
    ],
    [
      'inline tables',
      `model = "m"\n[mcp_servers]\nx = { command = "x", env = { API_KEY = "k" } }\ny = { command = "y" }\n`,
    ],
    ['one inline table of all', `model = "m"\nmcp_servers = { x = { command = "x" }, y = { command = "y" } }\n`],
    [
      'tables apart',
      `model = "m"\n[mcp_servers.x.env]\nAPI_KEY = "k"\n[mcp_servers.y]\ncommand = "y"\n[mcp_servers.x]\ncommand = "x"\n`,
    ],
  ];
  test.each(SERVERS)('a server goes, or another entry comes, written as %s', (_what, text) => {
    const file = toml(text);
    const gone = withoutSecrets(file, [{ kind: 'server', pointer: '/mcp_servers/x' }]);
    expect(saidBy({ ...file, text: gone })).toEqual({ model: 'm', mcp_servers: { y: { command: 'y' } } });
    const entry = { startup_timeout_sec: 20, command: '/l/launcher', args: ['--server', 'x'], env: { MARK: 'codex' } };
    const instead = withoutSecrets(file, [{ kind: 'entry', pointer: '/mcp_servers/x', entry }]);
    expect(saidBy({ ...file, text: instead })).toEqual({ model: 'm', mcp_servers: { x: entry, y: { command: 'y' } } });
  });
});

/** A table without keys may go unsaid. */
function dropEmpty(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => {
      const kept = dropEmpty(item);
      return JSON.stringify(kept) === '{}' ? [] : [[name, kept]];
    }),
  );
}

describe('YAML', () => {
  const env = (alone: object): unknown => [{ name: 'x', command: 'y', env: alone }];
  const entry = (lines: string): string => `mcpServers:\n  - name: x\n    command: y\n${lines}`;
  test.each<[string, string, unknown]>([
    ['a plain scalar', entry(`    env:\n      API_KEY: ${KEY} # gone\n      A: b\n`), env({ A: 'b' })],
    ['the only plain scalar', entry(`    env:\n      API_KEY: ${KEY}\n`), env({})],
    [
      'the only one, with more behind it',
      entry(`    env:\n      API_KEY: ${KEY}\n  - name: z\n    command: z\n`),
      [...(env({}) as object[]), { name: 'z', command: 'z' }],
    ],
    [
      'double quotes and escapes',
      entry(`    env:\n      API_KEY: "\\x51${KEY.slice(1)}"\n      A: b\n`),
      env({ A: 'b' }),
    ],
    ['single quotes in a flow map', entry(`    env: { API_KEY: '${KEY}', A: b }\n`), env({ A: 'b' })],
    ['the last of a flow map', entry(`    env: { A: b, API_KEY: ${KEY} }\n`), env({ A: 'b' })],
    [
      'a server in flow form',
      `mcpServers:\n  - { name: x, command: y, env: { API_KEY: ${KEY}, A: b } }\n`,
      env({ A: 'b' }),
    ],
    ['a literal block', entry(`    env:\n      API_KEY: |\n        ${KEY}\n      A: b\n`), env({ A: 'b' })],
    ['a folded block', entry(`    env:\n      API_KEY: >-\n        ${KEY}\n      A: b\n`), env({ A: 'b' })],
    ['a block at the end', entry(`    env:\n      A: b\n      API_KEY: |\n        ${KEY}\n`), env({ A: 'b' })],
    [
      'a block with more in it',
      entry(`    env:\n      DB_URL: >-\n        ${URL}\n      A: b\n`),
      env({ DB_URL: 'postgres://u@h.corp.internal/d', A: 'b' }),
    ],
    [
      'a plain scalar with more in it',
      entry(`    env:\n      DB_URL: ${URL}\n      A: b\n`),
      env({ DB_URL: 'postgres://u@h.corp.internal/d', A: 'b' }),
    ],
    [
      'comments around it',
      entry(`    env:\n      # before\n      API_KEY: ${KEY}\n      # behind\n      A: b\n`),
      env({ A: 'b' }),
    ],
    [
      'an option in a list',
      entry(`    args:\n      - serve\n      - --api-key\n      - ${KEY}\n`),
      [{ name: 'x', command: 'y', args: ['serve'] }],
    ],
    ['all of a list', entry(`    args:\n      - --api-key\n      - ${KEY}\n`), [{ name: 'x', command: 'y', args: [] }]],
    [
      'an option in a flow list',
      entry(`    args: [serve, --api-key, ${KEY}]\n`),
      [{ name: 'x', command: 'y', args: ['serve'] }],
    ],
    [
      'the map form',
      `mcpServers:\n  x:\n    command: y\n    env:\n      API_KEY: ${KEY}\n`,
      { x: { command: 'y', env: {} } },
    ],
    [
      'headers of Continue',
      entry(`    requestOptions:\n      headers:\n        Authorization: Bearer ${KEY}\n        A: b\n`),
      [{ name: 'x', command: 'y', requestOptions: { headers: { A: 'b' } } }],
    ],
    ['CR LF', entry(`    env:\n      API_KEY: ${KEY}\n      A: b\n`).replaceAll('\n', '\r\n'), env({ A: 'b' })],
    ['a byte order mark', `\u{feff}${entry(`    env:\n      API_KEY: ${KEY}\n      A: b\n`)}`, env({ A: 'b' })],
    ['no line break at the end', entry(`    env:\n      A: b\n      API_KEY: ${KEY}`), env({ A: 'b' })],
    [
      'the first key of an item',
      `mcpServers:\n  - env: { API_KEY: ${KEY} }\n    name: x\n    command: y\n`,
      [{ name: 'x', command: 'y', env: {} }],
    ],
    [
      'a variable right behind its dash',
      `mcpServers:\n  - name: x\n    command: y\n    extra:\n      - API_KEY: ${KEY}\n        A: b\n`,
      [{ name: 'x', command: 'y', extra: [{ A: 'b' }] }],
    ],
  ])('%s', (_what, text, expected) => {
    const head = text.startsWith('\u{feff}') ? '' : 'name: a\nversion: 1.0.0\nschema: v1\n';
    const eol = text.includes('\r') ? head.replaceAll('\n', '\r\n') : head;
    const { said, text: after } = alone(yaml(eol + text));
    expect((said as { mcpServers: unknown }).mcpServers).toEqual(expected);
    if (text.includes('\r')) expect(after).not.toMatch(/[^\r]\n/);
    expect(continueTakes((said as { mcpServers: unknown }).mcpServers)).toEqual([]);
  });

  const SERVERS: readonly (readonly [string, string])[] = [
    [
      'items',
      'name: a\nmcpServers:\n  - name: x\n    command: y\n    env:\n      A: b\n  # the other\n  - name: z\n    command: z\nmodels: []\n',
    ],
    [
      'the last item',
      'name: a\nmcpServers:\n  - name: z\n    command: z\n  - name: x\n    command: y\n    env:\n      A: |\n        b\nmodels: []\n',
    ],
    [
      'items that are not indented',
      'name: a\nmcpServers:\n- name: x\n  command: y\n- name: z\n  command: z\nmodels: []\n',
    ],
    ['flow maps', 'name: a\nmcpServers:\n  - { name: x, command: y }\n  - { name: z, command: z }\nmodels: []\n'],
    ['a flow list', 'name: a\nmcpServers: [{ name: x, command: y }, { name: z, command: z }]\nmodels: []\n'],
  ];
  test.each(SERVERS)('a server goes, or another entry comes, written as %s', (_what, text) => {
    const file = yaml(text);
    const server = readConfig(file).servers.find(({ name }) => name === 'x');
    const pointer = server?.pointer ?? '';
    const gone = withoutSecrets(file, [{ kind: 'server', pointer }]);
    const others = { name: 'a', models: [] };
    expect(saidBy({ ...file, text: gone })).toEqual({ ...others, mcpServers: [{ name: 'z', command: 'z' }] });
    const entry = { name: 'x', command: '/l/launcher', args: ['--server', 'x'], env: { MARK: 'y' } };
    const said = saidBy({ ...file, text: withoutSecrets(file, [{ kind: 'entry', pointer, entry }]) });
    expect((said as { mcpServers: unknown[] }).mcpServers).toContainEqual(entry);
    expect(said).toMatchObject({ ...others, mcpServers: { length: 2 } });
  });

  test('the only server of a list goes, and leaves a list', () => {
    const file = yaml('name: a\nmcpServers:\n  - name: x\n    command: y\nmodels: []\n');
    const gone = withoutSecrets(file, [{ kind: 'server', pointer: '/mcpServers/0' }]);
    expect(gone).toBe('name: a\nmcpServers: []\nmodels: []\n');
  });
});

/** What Continue's own schema refuses of servers: variables, headers and arguments that are no texts. */
function continueTakes(servers: unknown): readonly string[] {
  const list = (Array.isArray(servers) ? servers : Object.values(servers as object)) as Record<string, unknown>[];
  return list.flatMap(({ env = {}, args = [], requestOptions }) => [
    ...(env !== null && Object.values(env as object).every((value) => typeof value === 'string') ? [] : ['env']),
    ...(Array.isArray(args) && args.every((value) => typeof value === 'string') ? [] : ['args']),
    ...(Object.values((requestOptions as { headers?: object } | undefined)?.headers ?? {}).every(
      (value) => typeof value === 'string',
    )
      ? []
      : ['headers']),
  ]);
}

test('front matter of Markdown loses a secret, and the text below it nothing', () => {
  const body = '---\n\n# An agent\n\n- name: no entry\n';
  const text = `---\nname: agent\nmcp-servers:\n  x:\n    command: y\n    env:\n      API_KEY: ${KEY}\n      A: b\n${body}`;
  const file: ConfigFile = {
    path: '/w/.github/agents/a.md',
    client: 'copilot',
    format: 'markdown',
    scope: 'workspace',
    text,
  };
  const found = secretsIn(file);
  const after = withoutSecrets(
    file,
    found.map((finding) => ({ kind: 'value', finding })),
  );
  expect(after).toBe(text.replace(`      API_KEY: ${KEY}\n`, ''));
});

describe('anchors of YAML', () => {
  const SERVER = 'mcpServers:\n  - name: x\n    command: y\n';
  test.each([
    ['a value that stands elsewhere', `k: &k ${KEY}\n${SERVER}    env:\n      API_KEY: *k\n      A: b\n`],
    ['a value that stands in two places', `${SERVER}    env:\n      API_KEY: &k ${KEY}\n      A: *k\n`],
    ['a map of variables for two servers', `${SERVER}    env: &e\n      API_KEY: ${KEY}\n  - name: z\n    env: *e\n`],
  ])('nothing is written where the text would not say what was meant: %s', (_what, text) => {
    const file = yaml(text);
    const removals = secretsIn(file).map((finding) => ({ kind: 'value', finding }) as const);
    expect(removals).not.toEqual([]);
    expect(() => withoutSecrets(file, removals)).toThrow(/would damage/);
  });

  test.each([
    ['before', `{ A: *one, API_KEY: ${KEY} }`, '{ A: *one }'],
    ['behind', `{ API_KEY: ${KEY}, A: *one }`, '{ A: *one }'],
    ['on both sides', `{A: *one, API_KEY: ${KEY}, B: *one}`, '{A: *one, B: *one}'],
    ['of another name', `{"A" : *two-2.x ,API_KEY: ${KEY}}`, '{"A" : *two-2.x }'],
  ])('an alias %s a variable between braces stays', (_, env, left) => {
    const text = `names: { one: &one x, two: &two-2.x y, z: 1 }\n${SERVER}    env: ENV\n`;
    expect(alone(yaml(text.replace('ENV', env))).text).toBe(text.replace('ENV', left));
  });

  test('nearby are no hindrance, nor are merged keys', () => {
    const text = `base: &b\n  timeout: 5\n${SERVER}    <<: *b\n    env:\n      API_KEY: ${KEY}\n      A: c\n`;
    const file = yaml(text);
    const removals = secretsIn(file).map((finding) => ({ kind: 'value', finding }) as const);
    expect(withoutSecrets(file, removals)).toBe(text.replace(`      API_KEY: ${KEY}\n`, ''));
  });
});
