import { describe, expect, it } from 'vitest';
import type { ClientName, ConfigFormat } from '../../../src/core/checkup/model/checkupModel.ts';
import { MAX_CONFIG_BYTES } from '../../../src/core/checkup/read/configLimits.ts';
import { cpuTime } from '../../support/cpuTime.ts';
import { findings, read } from './support.ts';

const SERVER = { command: 'npx', args: ['-y', 'server'] };
const nested = (path: readonly string[], value: unknown): unknown =>
  path.reduceRight((inner, name) => ({ [name]: inner }), value);

describe('servers are found where clients keep them', () => {
  it.each([
    [['mcpServers']],
    [['servers']],
    [['mcp', 'servers']],
    [['settings', 'mcp', 'servers']],
    [['customizations', 'vscode', 'mcp', 'servers']],
    [['projects', '/home/me/x', 'mcpServers']],
  ])('%j', (path) => {
    const [server] = read(JSON.stringify(nested([...path, 's'], SERVER))).servers;
    expect(server).toMatchObject({ name: 's', transport: 'stdio', command: { value: 'npx' } });
    expect(server?.pointer).toBe(`/${[...path, 's'].map((name) => name.replaceAll('/', '~1')).join('/')}`);
  });

  it('in TOML, tables apart or inline', () => {
    const text = `[mcp_servers.a]
command = "npx"
args = ["-y", "server"] # not pinned
[mcp_servers."b.c"]
url = "http://h.example/mcp"
http_headers.X-Mode = "read"
enabled = false
[mcp_servers.a.env]
A = 'b'
`;
    const { servers } = read(text, { client: 'codex', format: 'toml' });
    expect(servers).toMatchObject([
      { name: 'a', transport: 'stdio', env: [{ name: 'A', value: 'b' }], disabled: false },
      { name: 'b.c', transport: 'http', headers: [{ name: 'X-Mode', value: 'read' }], disabled: true },
    ]);
    const [arg] = servers[0]?.args.slice(1) ?? [];
    expect(text.slice(arg?.span.start, arg?.span.end)).toBe('"server"');
  });

  it('in YAML, as a list of servers that name themselves', () => {
    const text =
      'mcpServers:\n  - name: a\n    command: npx\n    args: [-y, server]\n  - name: b\n    url: https://h.example\n';
    expect(read(text, { client: 'continue', format: 'yaml' }).servers).toMatchObject([
      {
        name: 'a',
        pointer: '/mcpServers/0',
        args: [{ value: '-y' }, { value: 'server', pointer: '/mcpServers/0/args/1' }],
      },
      { name: 'b', transport: 'http' },
    ]);
  });

  it('with what clients call things', () => {
    const { servers } = read(
      JSON.stringify({
        mcpServers: {
          windsurf: { serverUrl: 'https://h.example' },
          gemini: { httpUrl: 'https://h.example', trust: true },
          cline: { command: 'x', alwaysAllow: ['write_file'], disabled: true },
          cursor: { type: 'sse', url: 'https://h.example', envFile: '.env', cwd: '/x' },
        },
      }),
    );
    expect(servers).toMatchObject([
      { url: { value: 'https://h.example' }, transport: 'http' },
      { url: { pointer: '/mcpServers/gemini/httpUrl' }, autoApproved: [{ value: '*' }] },
      { autoApproved: [{ value: 'write_file', pointer: '/mcpServers/cline/alwaysAllow/0' }], disabled: true },
      { transport: 'sse', envFile: { value: '.env' }, cwd: { value: '/x' } },
    ]);
  });

  it('and nowhere else', () => {
    const wrong = { list: [SERVER], mcpServers: { a: null, b: 'npx x', c: { command: 5 }, d: { url: 5 } } };
    expect(findings([read(JSON.stringify(wrong))])).toEqual([]);
    expect(findings([read(JSON.stringify({ mcpServers: [null, 'npx', []], settings: SERVER.args }))])).toEqual([]);
  });
});

describe('hostile texts', () => {
  const notes = (text: string, format: ConfigFormat = 'jsonc', client: ClientName = 'claude-code'): string[] =>
    read(text, { format, client }).notes.map(({ code, start }) => `${code} ${start.line}:${start.column}`);

  it.each([
    ['{"a":'.repeat(3000), 'jsonc', 'too-deep 1:1001'],
    ['['.repeat(3000), 'jsonc', 'too-deep 1:201'],
    ['[}'.repeat(3000), 'jsonc', 'too-deep 1:401'],
    [`a = ${'['.repeat(3000)}`, 'toml', 'too-deep 1:205'],
    ['['.repeat(3000), 'yaml', 'not-readable 1:21'],
    ['a = "', 'toml', 'not-readable 1:6'],
    ['a = 1\na = 2', 'toml', 'not-readable 2:1'],
    ['a: !x 1', 'yaml', 'not-readable 1:4'],
    ['{"mcpServers": {"a": {"command": "x" "y"}}}', 'jsonc', 'broken-text 1:38'],
    ['\uFEFF{}', 'jsonc', 'byte-order-mark 1:1'],
    ['\uFEFFmcpServers: []', 'yaml', 'byte-order-mark 1:1'],
    [' '.repeat(MAX_CONFIG_BYTES + 1), 'jsonc', 'too-large 1:1'],
    [' '.repeat(300 * 1024), 'yaml', 'too-large 1:1'],
  ] as const)('%.30s… gives a note', (text, format, note) => {
    expect(notes(text, format)).toEqual([note]);
  });

  it.each(['', '\0', 'null', '"x"', '{"mcpServers": null}', '\uD800', '/* never closed'])(
    '%j crashes nothing',
    (text) => {
      for (const format of ['jsonc', 'toml', 'yaml'] as const)
        expect(() => findings([read(text, { format })])).not.toThrow();
    },
  );

  it('looks at every one of duplicate keys, and says so of servers', () => {
    const text = `{"mcpServers": {"s": ${JSON.stringify(SERVER)}, "s": ${JSON.stringify(SERVER)}}, "mcpServers": {"t": ${JSON.stringify(SERVER)}}}`;
    expect(read(text).servers.map(({ name }) => name)).toEqual(['s', 's', 't']);
    expect(notes(text)).toEqual(['duplicate-server 1:64']);
  });

  it('takes prototype names for names', () => {
    const text =
      '{"mcpServers": {"__proto__": {"command": "npx", "args": ["x"]}, "constructor": {"command": "npx", "args": ["y"]}}}';
    expect(findings([read(text)], 9).map(({ server }) => server)).toEqual(['__proto__', 'constructor']);
    expect(({} as { command?: unknown }).command).toBeUndefined();
  });

  it('takes no more than a second for a text that is made to be slow', { timeout: 20_000 }, () => {
    for (const value of [
      'a=',
      'token: ',
      'eyJa.',
      '-eyJ',
      '-----BEGIN PRIVATE KEY-----',
      '://a:',
      'A',
      '"',
      '-a ',
      'key:"',
    ]) {
      const config = read(
        JSON.stringify({
          mcpServers: { s: { command: 'sh', args: ['-c', value.repeat(60_000)], env: { KEY: value.repeat(60_000) } } },
        }),
      );
      expect(
        cpuTime(() => findings([config])),
        value,
      ).toBeLessThan(1000);
    }
  });

  it('takes no more than a second for a row of dashes, which can be cut into pieces in many ways', () => {
    const config = read(
      JSON.stringify({ mcpServers: { s: { command: 'x', env: { API_KEY: `${'-'.repeat(120)}x` } } } }),
    );
    expect(cpuTime(() => findings([config]))).toBeLessThan(1000);
  });
});
