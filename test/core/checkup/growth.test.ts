import { describe, expect, it } from 'vitest';
import { checkConfig, checkup, MAX_FINDINGS } from '../../../src/core/checkup/checkup.ts';
import { readConfig } from '../../../src/core/checkup/read/readConfig.ts';
import { cpuTime } from '../../support/cpuTime.ts';
import { context } from './support.ts';

/** A file of any size must take time in proportion to it: each of these took the square of it, or could. */
const servers = (count: number, server: (index: number) => object): string =>
  JSON.stringify({ mcpServers: Object.fromEntries(Array.from({ length: count }, (_, n) => [`s${n}`, server(n)])) });
const one = (server: object): string => JSON.stringify({ mcpServers: { x: { command: 'y', ...server } } });
const key = (n: number): string => `k${((n * 2_654_435_761) % 2 ** 32).toString(16)}Zq9Zq9Zq9Zq9Zq9`;
const listOf = <T>(count: number, item: (index: number) => T): T[] => Array.from({ length: count }, (_, n) => item(n));
const mapOf = (count: number, item: (index: number) => readonly [string, unknown]): object =>
  Object.fromEntries(listOf(count, item));
/** Texts of 64,000 characters at the largest size, which is as far as one is looked at. */
const texts = (size: number, part: string): string =>
  one({ env: mapOf(8, (n) => [`A_TOKEN_${n}`, part.repeat(Math.ceil((16 * size) / part.length))]) });

const FILES: readonly (readonly [what: string, file: (size: number) => string])[] = [
  [
    'servers with a secret',
    (n) => servers(n, (i) => ({ command: 'npx', args: ['-y', `p${i}`], env: { API_KEY: key(i) } })),
  ],
  ['servers without one', (n) => servers(n, (i) => ({ command: 'npx', args: ['-y', `p${i}`] }))],
  ['variables of one server', (n) => one({ env: mapOf(n, (i) => [`API_KEY_${i}`, key(i)]) })],
  ['variables with environments', (n) => one({ env: mapOf(n, (i) => [`API_KEY_${i}`, i % 2 ? key(1) : 'x']) })],
  ['arguments of one server', (n) => one({ args: listOf(n, key) })],
  ['options of one server', (n) => one({ args: listOf(n, (i) => `--api-key=${key(i)}`) })],
  ['words of a shell', (n) => one({ command: 'sh', args: ['-c', listOf(n, (i) => `npx p${i};`).join(' ')] })],
  ['headers', (n) => one({ url: 'https://h.example', headers: mapOf(n, (i) => [`X-Token-${i}`, key(i)]) })],
  ['entries that nobody knows', (n) => one({ more: mapOf(n, (i) => [`token${i}`, { deep: [key(i)] }]) })],
  ['one secret everywhere', (n) => servers(n, () => ({ command: 'x', env: { API_KEY: key(1) } }))],
  ['one secret in two environments', (n) => servers(n, (i) => ({ env: { [i % 2 ? 'PROD_KEY' : 'DEV_KEY']: key(1) } }))],
  ['defaults of inputs', (n) => JSON.stringify({ inputs: listOf(n, (i) => ({ id: `api_key${i}`, default: key(i) })) })],
  [
    'projects',
    (n) => JSON.stringify({ projects: mapOf(n, (i) => [`/p${i}`, { mcpServers: { s: { env: { A_KEY: key(i) } } } }]) }),
  ],
  ['tools that need no question', (n) => one({ autoApprove: listOf(n, (i) => `delete_${i}`) })],
  ['broken JSON', (n) => `{"mcpServers": {${listOf(n, (i) => `"s${i}": {"env": {"A_KEY": "${key(i)}",}`).join()}`],
  ['a long text of pairs', (n) => texts(n, 'api_key=')],
  ['a long text of colons', (n) => texts(n, 'api_key : ')],
  ['a long query', (n) => texts(n, '?api_key=')],
  ['a long query of values', (n) => texts(n, `?api_key=${key(7)}`)],
  ['a long query of a URL', (n) => texts(n, `https://h/?api_key=${key(7)}&`)],
  ['a long list of pairs', (n) => texts(n, `api_key=${key(3)};`)],
  ['quotes', (n) => texts(n, 'key="')],
  ['quotes in quotes', (n) => texts(n, String.raw`\"key`)],
  ['options', (n) => texts(n, '-a ')],
  ['user names', (n) => texts(n, 'a://b:c@')],
  ['schemes', (n) => texts(n, 'a://')],
  ['tokens that do not end', (n) => texts(n, 'eyJhbGciOi.eyJ')],
  ['private keys that do not end', (n) => texts(n, '-----BEGIN PRIVATE KEY-----')],
  ['cookies', (n) => texts(n, `session=${key(5)}; `)],
  ['segments of a path', (n) => texts(n, '/Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0Uv1')],
  ['digits', (n) => texts(n, '1')],
  ['words', (n) => texts(n, 'abandon ')],
  ['dashes', (n) => texts(n, 'a-')],
  ['braces', (n) => texts(n, '{{')],
  ['angles', (n) => texts(n, '<')],
  ['dollars', (n) => texts(n, '$A')],
];

/** Milliseconds of the processor's for the whole checkup of a text. */
function cpuMs(text: string, enough?: number): number {
  const file = { path: '/w/.mcp.json', client: 'claude-code', format: 'jsonc', scope: 'workspace', text } as const;
  return cpuTime(() => checkup([readConfig(file)], context()), 2, enough);
}

describe('the time of a checkup grows with the file, and no faster', () => {
  it.each(FILES)('with %s', { timeout: 120_000 }, (_, file) => {
    // Eight times the file: 8 if linear, 64 if it were the square. What takes a few milliseconds is noise.
    const most = Math.max(150, 24 * cpuMs(file(500)));
    expect(cpuMs(file(4000), most)).toBeLessThan(most);
  });
});

describe('a file with more findings than anybody reads', () => {
  const text = one({ args: ['--debug'], env: mapOf(3 * MAX_FINDINGS, (n) => [`API_KEY_${n}`, key(n)]) });
  const file = { path: '/w/.mcp.json', client: 'claude-code', format: 'jsonc', scope: 'workspace', text } as const;
  const { findings, secrets } = checkConfig(readConfig(file), context());

  it('has the worst of them, and one that says so', () => {
    expect(findings).toHaveLength(MAX_FINDINGS);
    expect(secrets.length).toBeLessThan(MAX_FINDINGS);
    expect(findings.filter(({ severity }) => severity === 'error')).toHaveLength(MAX_FINDINGS - 1);
    expect(findings.at(-1)).toMatchObject({ check: 3, severity: 'warning', code: 'too-many-findings' });
  });

  const privileged = { command: 'docker', args: ['run', '--privileged', 'ghcr.io/acme/x:1.2.3'] };
  const codesWith = (server: (index: number) => object): ReadonlySet<string> => {
    const many = mapOf(MAX_FINDINGS + 200, (n) => [`s${n}`, server(n)]);
    const withPrivileged = JSON.stringify({ mcpServers: { ...many, last: privileged } });
    const checked = checkConfig(readConfig({ ...file, text: withPrivileged }), context());
    return new Set(checked.findings.flatMap(({ code, aspects = [] }) => [code, ...aspects.map((one) => one.code)]));
  };

  it('has what is worse than its secrets, wherever that stands', () => {
    const codes = codesWith((n) => ({ url: `https://mcp.acme.dev/${key(n)}Ab9Cd8Ef7Gh6/mcp` }));
    expect(codes).toContain('capability-url');
    expect(codes).toContain('privileged-container');
  });

  it('has what is said of the servers whose secrets are shown, and nothing of others where secrets are the worst', () => {
    const codes = codesWith((n) => ({ command: 'node', args: ['--api-key', key(n)] }));
    expect(codes).toEqual(
      new Set(['secret-value', 'secret-in-arguments', 'bypasses-valet-key', 'no-kill-switch', 'too-many-findings']),
    );
  });

  it('has all of them where they are not too many', () => {
    const few = checkConfig(
      readConfig({ ...file, text: one({ env: mapOf(900, (n) => [`API_KEY_${n}`, key(n)]) }) }),
      context(),
    );
    expect(few.findings).toHaveLength(900);
  });
});
