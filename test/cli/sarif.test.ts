import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { jsonLines, runCli } from '../support/cli.ts';
import { sarifSchema } from '../support/sarifSchema.ts';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

const token = ['gh', 'p_', 'Zq81mXc72LpWv04TkR9sB3nY6hD5fGjA1eUo'].join('');
const stdio = (env: object = {}): object => ({ command: 'npx', args: ['-y', 'server'], env });
const servers = (mcpServers: object): string => JSON.stringify({ mcpServers }, undefined, 1);

/** What a repository may hold, by its paths, and a rule that the log then has. */
const REPOSITORIES: readonly (readonly [what: string, files: Readonly<Record<string, string>>, rule: string])[] = [
  ['nothing to say of', { '.mcp.json': servers({ s: { command: './s' } }) }, ''],
  ['secrets with other sides', { '.mcp.json': servers({ s: stdio({ GITHUB_TOKEN: token }) }) }, 'secret-token'],
  [
    'one secret in two environments',
    {
      '.mcp.json': servers({
        'github-dev': stdio({ GITHUB_TOKEN: token }),
        'github-prod': stdio({ GITHUB_TOKEN: token }),
      }),
    },
    'shared-between-environments',
  ],
  [
    'two servers of one name',
    { '.mcp.json': '{"mcpServers":{"s":{"command":"a"},"s":{"command":"b"}}}' },
    'duplicate-server',
  ],
  ['broken JSON', { '.mcp.json': '{"mcpServers": {"s": ' }, 'broken-text'],
  ['broken YAML', { '.continue/config.yaml': 'a: [' }, 'not-readable'],
  ['a folder in place of a file', { '.cursor/mcp.json/x': '' }, 'no-file'],
  ['no servers', { '.mcp.json': '{"other": {"x": 1}}' }, 'no-servers'],
  ['a mark at the beginning', { '.mcp.json': `\uFEFF${servers({ s: { command: './s' } })}` }, 'byte-order-mark'],
  ['nesting', { '.mcp.json': '['.repeat(300) }, 'too-deep'],
  [
    'names that are links, blanks and signs',
    {
      'a b/%2e [x](y) ä#?/.mcp.json': servers({
        '[x](https://evil.example) \u202E\u009B\u2028': stdio({ '': token, '\uD800': token, 'a/b~c': token }),
      }),
    },
    'secret-token',
  ],
  [
    'more findings than are shown',
    {
      '.mcp.json': servers({
        s: stdio(Object.fromEntries(Array.from({ length: 1100 }, (_, n) => [`API_KEY_${n}`, `${token}${n}`]))),
      }),
    },
    'too-many-findings',
  ],
  [
    'TOML and YAML',
    {
      '.codex/config.toml': `[mcp_servers.s]\ncommand = "npx"\nargs = ["s"]\n[mcp_servers.s.env]\nA_TOKEN = "${token}"\n`,
      '.continue/config.yaml': `mcpServers:\n  - name: s\n    command: npx\n    env:\n      A_TOKEN: >-\n        ${token}\n`,
    },
    'secret-token',
  ],
];

let folders = 0;

async function logOf(
  files: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<{ at: string; log: unknown }> {
  folders += 1;
  const at = path.join(root, String(folders));
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(at, name)), { recursive: true });
    fs.writeFileSync(path.join(at, name), text);
  }
  const home = path.join(root, 'home');
  fs.mkdirSync(home, { recursive: true });
  const { stdout } = await runCli(['checkup', '--home', home, '--workspace', at, '--format', 'sarif', ...args]);
  return { at, log: JSON.parse(stdout) };
}

describe('a SARIF log has the form of the standard', () => {
  it.each(REPOSITORIES)('of a repository with %s', async (_, files, rule) => {
    const { log } = await logOf(files);
    const [run] = sarifSchema.parse(log).runs;
    const { rules = [] } = run?.tool.driver ?? {};
    expect(rules.map(({ id }) => id)).toEqual(rule === '' ? [] : expect.arrayContaining([rule]));
    for (const { ruleId, ruleIndex } of run?.results ?? []) expect(rules[ruleIndex]?.id).toBe(ruleId);
    const bases = new Set(Object.keys(run?.originalUriBaseIds ?? {}));
    for (const { location } of run?.artifacts ?? []) expect(bases).toContain(location.uriBaseId);
    const prints = run?.results.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints)) ?? [];
    expect(new Set(prints).size).toBe(prints.length);
  });

  it('with findings that a file accepts', async () => {
    const files = { '.mcp.json': servers({ s: stdio({ GITHUB_TOKEN: token }) }) };
    const { at } = await logOf(files);
    const { stdout } = await runCli(['checkup', '--home', path.join(root, 'home'), '--workspace', at]);
    const accepted = jsonLines<object>(stdout).map((one) => JSON.stringify({ ...one, reason: 'It is of a test.' }));
    const file = path.join(root, 'accepted.jsonl');
    fs.writeFileSync(file, accepted.join('\n'));
    const again = await runCli([
      ...['checkup', '--home', path.join(root, 'home'), '--workspace', at, '--format', 'sarif', '--accept', file],
    ]);
    const [run] = sarifSchema.parse(JSON.parse(again.stdout)).runs;
    expect(run?.results.map(({ suppressions }) => suppressions?.[0]?.status)).toEqual(accepted.map(() => 'accepted'));
  });

  it('and would not be taken for one with a member too few, too many or of another kind', async () => {
    const { log } = await logOf({ '.mcp.json': servers({ s: stdio({ GITHUB_TOKEN: token }) }) });
    const text = JSON.stringify(log);
    for (const [right, wrong] of [
      ['"level":"error"', '"level":"fatal"'],
      ['"startLine":1', '"startLine":0'],
      ['"ruleId":', '"rule":'],
      ['"uri":".mcp.json"', '"uri":"a b"'],
      ['"uri":".mcp.json"', '"uri":"/.mcp.json"'],
      ['"version":"2.1.0"', '"version":"2.2.0"'],
    ] as const) {
      const changed = text.replace(right.replace('Line":1', `Line":${/startLine":(\d+)/.exec(text)?.[1]}`), wrong);
      expect([wrong, sarifSchema.safeParse(JSON.parse(changed)).success]).toEqual([wrong, false]);
    }
  });
});
