import { getStaticTOMLValue, parseTOML } from 'toml-eslint-parser';
import { describe, expect, test } from 'vitest';
import {
  type AgentClient,
  CLIENTS,
  clientOf,
  type Machine,
} from '../../../../src/extension/agents/model/agentClients.ts';
import {
  EntryError,
  entriesOf,
  hasEntry,
  withEntries,
  withoutEntries,
} from '../../../../src/extension/agents/model/clientEntry.ts';

const LAUNCH = {
  command: '/home/ann/.config/Code/User/globalStorage/valet-key.valet-key/launcher/valet-key',
  args: [],
};
const parseToml = (text: string): Record<string, unknown> => getStaticTOMLValue(parseTOML(text));
const gemini = clientOf('gemini') ?? expect.fail();
const codex = clientOf('codex') ?? expect.fail();

function problemOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof EntryError) return error.problem;
    throw error;
  }
  return 'none';
}

const BY_ID = CLIENTS.map((client) => [client.id, client] as const);

describe('an entry', () => {
  test.each(BY_ID)('for %s starts the launcher, says who it is for and holds nothing else', (id, client) => {
    const text = withEntries('', client, entriesOf(client, LAUNCH, []));
    const parsed = client.format === 'toml' ? parseToml(text) : (JSON.parse(text) as Record<string, unknown>);
    const servers = (client.format === 'toml' ? parsed.mcp_servers : parsed.mcpServers) as Record<string, unknown>;
    expect(servers['valet-key']).toEqual({
      ...client.extra,
      command: LAUNCH.command,
      args: [],
      env: { VALETKEY_CLIENT: id },
    });
    expect(hasEntry(text, client)).toBe(true);
  });
});

describe('upstream MCP servers', () => {
  const serversOf = (client: AgentClient, text: string): Record<string, { args: string[] }> => {
    const parsed = client.format === 'toml' ? parseToml(text) : (JSON.parse(text) as Record<string, unknown>);
    return (client.format === 'toml' ? parsed.mcp_servers : parsed.mcpServers) as Record<string, { args: string[] }>;
  };
  const OTHER = { gemini: '{\n  "mcpServers": {\n    "a": {}\n  }\n}\n', codex: '[mcp_servers.a]\ncommand = "x"\n' };

  test.each([
    ['gemini', gemini, OTHER.gemini],
    ['codex', codex, OTHER.codex],
  ] as const)('each has an entry of its own for %s, and a new look replaces them', (_id, client, text) => {
    const first = withEntries(text, client, entriesOf(client, LAUNCH, ['wiki', 'notes']));
    expect(Object.keys(serversOf(client, first))).toEqual(['a', 'valet-key', 'valet-key-wiki', 'valet-key-notes']);
    expect(serversOf(client, first)['valet-key-wiki']?.args).toEqual(['--server', 'wiki']);
    const again = withEntries(first, client, entriesOf(client, LAUNCH, ['notes', 'tickets']));
    expect(Object.keys(serversOf(client, again))).toEqual(['a', 'valet-key', 'valet-key-notes', 'valet-key-tickets']);
    expect(withEntries(again, client, entriesOf(client, LAUNCH, ['notes', 'tickets']))).toBe(again);
    expect(withoutEntries(again, client).trimEnd()).toBe(text.trimEnd());
  });

  test.each([
    ['with our mark', { env: { VALETKEY_CLIENT: 'gemini' } }],
    ['without it', {}],
  ])('one that moved here out of the file keeps the name that the client knows, and its place: %s', (_, mark) => {
    const moved = { command: LAUNCH.command, args: ['--server', 'wiki'], ...mark };
    const other = { command: 'node', args: ['other.js', '--server', 'notes'] };
    const text = JSON.stringify({ mcpServers: { 'My Wiki': moved, a: {}, other } });
    const after = withEntries(text, gemini, entriesOf(gemini, LAUNCH, ['wiki', 'notes']));
    const servers = serversOf(gemini, after);
    expect(Object.keys(servers)).toEqual(['My Wiki', 'a', 'other', 'valet-key', 'valet-key-notes']);
    expect(servers['My Wiki']).toMatchObject({ ...moved, env: { VALETKEY_CLIENT: 'gemini' } });
    expect(servers.other).toEqual(other);
    expect(Object.keys(serversOf(gemini, withoutEntries(after, gemini)))).toEqual(['a', 'other']);
  });

  test('what carries our mark under a name of its own goes with the others, and what does not stays', () => {
    const mark = { command: '/launcher', args: ['--server', 'gh'], env: { VALETKEY_CLIENT: 'gemini' } };
    const theirs = { command: 'x', env: { VALETKEY_CLIENT: 'codex' } };
    const text = JSON.stringify({ mcpServers: { gh: mark, 'valet-key-mine': theirs, 'valet-key': mark } });
    expect(JSON.parse(withoutEntries(text, gemini))).toEqual({ mcpServers: { 'valet-key-mine': theirs } });
  });

  test('a table of that name that is not ours is not touched', () => {
    const text = '[mcp_servers.valet-key-wiki]\ncommand = "x"\n';
    expect(problemOf(() => withEntries(text, codex, entriesOf(codex, LAUNCH, ['wiki'])))).toBe('taken');
  });
});

describe('in JSON', () => {
  const TEXTS: readonly (readonly [what: string, text: string])[] = [
    [
      'comments and trailing commas',
      '{\n  // mine\n  "theme": "dark", /* that one */\n  "mcpServers": {\n    "other": { "command": "x" }, // kept\n  },\n}\n',
    ],
    ['no servers', '{ "theme": "dark" }'],
    ['no servers, over lines', '{\n\t"theme": "dark"\n}\n'],
    ['an empty list of servers', '{\r\n    "mcpServers": {}\r\n}\r\n'],
    ['a byte order mark', '\uFEFF{ "mcpServers": { "other": { "url": "https://mcp.example" } } }'],
    ['numbers that JavaScript cannot hold', '{ "id": 12345678901234567890, "mcpServers": { "a": {} } }'],
  ];

  test.each(TEXTS)('%s: everything else stays as it was', (_what, text) => {
    const after = withEntries(text, gemini, entriesOf(gemini, LAUNCH, []));
    expect(hasEntry(after, gemini)).toBe(true);
    // What was there is still there, in its order: take the new text's characters one by one.
    let at = 0;
    for (const character of text.replaceAll(/\s/g, '')) {
      at = after.indexOf(character, at) + 1;
      expect(at).toBeGreaterThan(0);
    }
    expect(after.includes('\r\n')).toBe(text.includes('\r\n'));
    expect(after.startsWith('\uFEFF')).toBe(text.startsWith('\uFEFF'));
    expect(hasEntry(withoutEntries(after, gemini), gemini)).toBe(false);
  });

  test('an entry of that name is replaced in its place', () => {
    const text = '{ "mcpServers": { "valet-key": { "command": "old" }, "z": { "command": "z" } } }';
    const after = withEntries(text, gemini, entriesOf(gemini, LAUNCH, []));
    expect(Object.keys((JSON.parse(after) as { mcpServers: object }).mcpServers)).toEqual(['valet-key', 'z']);
    expect(after).not.toContain('old');
  });

  test.each([
    ['unparsable', '{ "mcpServers": { '],
    ['unparsable', 'mcpServers: {}'],
    ['unexpected', '[]'],
    ['unexpected', '"text"'],
    ['unexpected', '{ "mcpServers": [] }'],
    ['unexpected', '{ "mcpServers": null }'],
    ['unexpected', '{ "mcpServers": {}, "mcpServers": {} }'],
  ])('is refused as %s: %s', (problem, text) => {
    expect(problemOf(() => withEntries(text, gemini, entriesOf(gemini, LAUNCH, [])))).toBe(problem);
  });

  test('without our entry, nothing is removed', () => {
    const text = '{ "mcpServers": { "other": {} } } // end';
    expect(withoutEntries(text, gemini)).toBe(text);
  });
});

describe('in TOML', () => {
  const TEXTS: readonly (readonly [what: string, text: string])[] = [
    ['tables and comments', '# mine\nmodel = "o"\n\n[mcp_servers.other] # kept\ncommand = "x"\n'],
    ['no line end', 'model = "o"'],
    ['Windows line ends', 'model = "o"\r\n\r\n[tools]\r\nweb = true\r\n'],
    ['nothing', ''],
    ['an array of tables at the end', '[[hooks]]\nrun = "a"\n'],
    ['a date', 'since = 2026-01-02T03:04:05Z\n'],
  ];

  test.each(TEXTS)('%s: the text before it stays, and comes back to the byte', (_what, text) => {
    const after = withEntries(text, codex, entriesOf(codex, LAUNCH, []));
    expect(after.startsWith(text)).toBe(true);
    expect(hasEntry(after, codex)).toBe(true);
    expect(withoutEntries(after, codex).trimEnd()).toBe(text.trimEnd());
  });

  test('what was written after it stays, when it is taken out', () => {
    const after = `${withEntries('a = 1\n', codex, entriesOf(codex, LAUNCH, []))}\n[mcp_servers.valet-key.tools.read]\napproval_mode = "approve"\n\n[projects."/shop"]\ntrust_level = "trusted"\n`;
    expect(parseToml(withoutEntries(after, codex))).toEqual({
      a: 1,
      projects: { '/shop': { trust_level: 'trusted' } },
    });
  });

  test.each([
    ['unparsable', 'model = '],
    ['unexpected', 'mcp_servers = { other = { command = "x" } }'],
    ['unexpected', 'mcp_servers = 1'],
    ['taken', '[mcp_servers.valet-key]\ncommand = "x"'],
  ])('is refused as %s: %s', (problem, text) => {
    expect(problemOf(() => withEntries(text, codex, entriesOf(codex, LAUNCH, [])))).toBe(problem);
  });

  test('an entry that was written differently by hand is not cut at a guess', () => {
    expect(problemOf(() => withoutEntries('[mcp_servers]\nvalet-key = { command = "x" }\n', codex))).toBe('changed');
    // Inside a text of several lines, the header is no header.
    const hidden = 'note = """\n[mcp_servers.valet-key]\n"""\n[mcp_servers."valet-key"]\ncommand = "x"\n';
    expect(['changed', 'unparsable']).toContain(problemOf(() => withoutEntries(hidden, codex)));
  });
});

describe('where each client keeps its configuration', () => {
  const machine = (platform: NodeJS.Platform, env: Machine['env'] = {}): Machine =>
    platform === 'win32'
      ? { platform, env, home: 'C:\\Users\\ann', extensionStorage: 'C:\\Code\\globalStorage' }
      : { platform, env, home: '/home/ann', extensionStorage: '/code/globalStorage' };
  const files = (given: Machine): Record<string, string> =>
    Object.fromEntries(CLIENTS.map((client) => [client.id, client.file(given)]));

  test('on Linux', () => {
    expect(files(machine('linux'))).toEqual({
      'claude-code': '/home/ann/.claude.json',
      'claude-desktop': '/home/ann/.config/Claude/claude_desktop_config.json',
      cursor: '/home/ann/.cursor/mcp.json',
      codex: '/home/ann/.codex/config.toml',
      gemini: '/home/ann/.gemini/settings.json',
      windsurf: '/home/ann/.codeium/windsurf/mcp_config.json',
      cline: '/code/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json',
    });
  });

  test('on macOS and Windows, Claude Desktop elsewhere', () => {
    expect(files(machine('darwin'))['claude-desktop']).toBe(
      '/home/ann/Library/Application Support/Claude/claude_desktop_config.json',
    );
    expect(files(machine('win32', { APPDATA: 'D:\\Roaming' }))).toMatchObject({
      'claude-desktop': 'D:\\Roaming\\Claude\\claude_desktop_config.json',
      codex: 'C:\\Users\\ann\\.codex\\config.toml',
    });
  });

  test('where the clients’ own variables say so', () => {
    const env = { CLAUDE_CONFIG_DIR: '/c', CODEX_HOME: '/x', XDG_CONFIG_HOME: '/xdg' };
    expect(files(machine('linux', env))).toMatchObject({
      'claude-code': '/c/.claude.json',
      codex: '/x/config.toml',
      'claude-desktop': '/xdg/Claude/claude_desktop_config.json',
    });
  });
});
