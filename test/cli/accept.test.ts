import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { jsonLines, runCli } from '../support/cli.ts';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

interface Printed {
  readonly id: string;
  readonly code: string;
  readonly key?: string;
  readonly accepted?: { readonly kind: string; readonly reason: string };
  readonly aspects?: readonly { readonly check: number }[];
}

const ONE = ['gh', 'p_', 'Zq81mXc72LpWv04TkR9sB3nY6hD5fGjA1eUo'].join('');
const TWO = ['gh', 'p_', 'Rt52bKd93NsVx16YjQ8mC4pW7gF2hLzE0aUi'].join('');
const URL_KEY = '/mcpServers/b/url';

let folders = 0;
function folder(): string {
  folders += 1;
  const at = path.join(root, String(folders));
  fs.mkdirSync(path.join(at, 'home'), { recursive: true });
  return at;
}

function write(at: string, { token = ONE, server = 'server', host = 'mcp.corp.internal' } = {}): void {
  const mcpServers = {
    a: { command: 'npx', args: [server], env: { GITHUB_TOKEN: token, OTHER_TOKEN: TWO } },
    b: { url: `http://${host}/mcp`, headers: { Authorization: `Bearer ${token}` } },
  };
  fs.writeFileSync(path.join(at, '.mcp.json'), JSON.stringify({ mcpServers }, undefined, 2));
}

async function checkup(at: string, ...args: string[]) {
  const run = await runCli(['checkup', '--home', path.join(at, 'home'), '--workspace', at, ...args]);
  return { ...run, found: args.includes('sarif') ? [] : jsonLines<Printed>(run.stdout) };
}

/** A file that accepts these findings, and its path. */
function accepting(at: string, ...entries: readonly object[]): string {
  const file = path.join(at, 'accepted.jsonl');
  fs.writeFileSync(file, ['# Looked at in May', ...entries.map((one) => JSON.stringify(one)), ''].join('\n'));
  return file;
}

const names = (found: readonly Printed[]): string[] => found.map(({ code, key }) => `${code} ${key}`).sort();

/** What comes in a place, and the finding that is there. */
const CHANGES: readonly (readonly [string, Parameters<typeof write>[1], string])[] = [
  ['secret', { token: TWO }, 'secret-token /mcpServers/a/env/GITHUB_TOKEN'],
  ['package', { server: 'another' }, 'version-missing /mcpServers/a/args/0'],
  ['host', { host: 'evil.corp.internal' }, `cleartext-transport ${URL_KEY}`],
];

describe('findings that a file accepts', () => {
  it('are printed with their reason, counted on standard error, and change no exit status', async () => {
    const at = folder();
    write(at);
    const before = await checkup(at);
    expect(before.status).toBe(1);
    const file = accepting(at, ...before.found.map((one) => ({ ...one, reason: 'a test machine' })));
    const { status, found, stderr } = await checkup(at, '--accept', file);
    expect(status).toBe(0);
    expect(names(found)).toEqual(names(before.found));
    expect(found.map(({ accepted }) => accepted)).toEqual(
      found.map(() => ({ kind: 'accepted-risk', reason: 'a test machine' })),
    );
    expect(stderr).toBe(`Checked 1 file, 2 servers.\nAccepted in ${file}: ${found.length} findings.\n`);
  });

  it('are none when nobody names the file, wherever it lies', async () => {
    const at = folder();
    write(at);
    const { found } = await checkup(at);
    accepting(at, ...found.map((one) => ({ ...one, reason: 'mine' })));
    const again = await checkup(at);
    expect(again.status).toBe(1);
    expect(again.found).toEqual(found);
  });

  it.each(CHANGES)(
    'are findings again with another %s in its place, and the entry is said to be about nothing',
    async (_, change, name) => {
      const at = folder();
      write(at);
      const { found } = await checkup(at);
      const one = found.find(({ code, key }) => `${code} ${key}` === name);
      expect(one).toBeDefined();
      const file = accepting(at, { ...one, reason: 'known' });
      expect(names((await checkup(at, '--accept', file)).found.filter(({ accepted }) => accepted))).toEqual([name]);
      write(at, change);
      const changed = await checkup(at, '--accept', file);
      expect(names(changed.found.filter(({ accepted }) => accepted))).toEqual([]);
      expect(names(changed.found)).toContain(name);
      expect(changed.stderr).toContain('Accepted in');
      expect(changed.stderr).toContain(': 0 findings.\nNot found any more');
      expect(changed.stderr).toContain('line 2.');
    },
  );

  it('take no other finding along: of one place, rule or server', async () => {
    const at = folder();
    write(at);
    const { found } = await checkup(at);
    const one = found.find(({ key }) => key === '/mcpServers/a/env/GITHUB_TOKEN');
    const file = accepting(at, { ...one, kind: 'not-a-secret', reason: 'an example' });
    const after = await checkup(at, '--accept', file);
    expect(names(after.found.filter(({ accepted }) => !accepted))).toEqual(
      names(found.filter(({ id }) => id !== one?.id)),
    );
    // The same text is a secret at its other place, and what the server lacks is said of its other secret.
    const other = after.found.find(({ key }) => key === '/mcpServers/a/env/OTHER_TOKEN');
    expect(other?.aspects?.map(({ check }) => check)).toEqual([2, 3, 10]);
  });

  it('stand in a SARIF log as suppressed, with the reason and where it stands', async () => {
    const at = folder();
    write(at);
    const { found } = await checkup(at);
    const one = found.find(({ code }) => code === 'version-missing');
    const file = accepting(at, { ...one, reason: `because [x](https://evil.example) ${TWO}` });
    const { stdout, status } = await checkup(at, '--accept', file, '--format', 'sarif');
    expect(status).toBe(1);
    expect(stdout).not.toContain(TWO.slice(4, -4));
    const results: { ruleId: string; suppressions?: object[] }[] = JSON.parse(stdout).runs[0].results;
    expect(results).toHaveLength(found.length);
    expect(
      results.filter(({ suppressions }) => suppressions).map(({ ruleId, suppressions }) => [ruleId, suppressions]),
    ).toEqual([
      [
        'version-missing',
        [
          {
            kind: 'external',
            status: 'accepted',
            justification: expect.stringContaining('because'),
            location: {
              physicalLocation: {
                artifactLocation: { uri: 'accepted.jsonl', uriBaseId: 'WORKSPACE' },
                region: { startLine: 2 },
              },
            },
            properties: { kind: 'accepted-risk' },
          },
        ],
      ],
    ]);
  });

  it.each([
    ['no reason', { id: 'x', code: 'y' }],
    ['an empty reason', { id: 'x', code: 'y', reason: ' ' }],
    ['no id', { code: 'y', reason: 'z' }],
    ['another kind', { id: 'x', code: 'y', reason: 'z', kind: 'all' }],
    ['no object', [] as object],
  ])('are a wrong call with %s', async (_, entry) => {
    const at = folder();
    write(at);
    const { status, stdout, stderr } = await checkup(at, '--accept', accepting(at, entry));
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('accepted.jsonl:2 is no accepted finding');
    expect(stderr).toContain('reason');
  });

  it('are a wrong call when the file is not there', async () => {
    expect(await checkup(folder(), '--accept', '/nope/accepted.jsonl')).toMatchObject({ status: 2, stdout: '' });
  });
});
