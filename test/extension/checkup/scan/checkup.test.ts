import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { checkupJobs } from '../../../../src/checkupWorker/editWorker.ts';
import type { Aspect, ConfigFile } from '../../../../src/core/checkup/model/checkupModel.ts';
import { CLIENT_PLACES } from '../../../../src/core/checkup/model/clientPlaces.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { inEnglish } from '../../../../src/core/text/phrase.ts';
import { choicesFor } from '../../../../src/extension/checkup/repair/movePlan.ts';
import { plainSecretsIn } from '../../../../src/extension/checkup/repair/secretPlaces.ts';
import {
  Checkup,
  type CheckupPorts,
  type FoundFile,
  type UnreadFile,
} from '../../../../src/extension/checkup/scan/checkup.ts';
import { checkupReport } from '../../../../src/extension/checkup/scan/checkupReport.ts';
import type { OwnDismissal } from '../../../../src/extension/checkup/scan/dismissals.ts';
import type { Exposure } from '../../../../src/extension/checkup/scan/exposures.ts';
import { plainSecrets } from '../../../../src/extension/checkup/scan/report.ts';
import { concernKeys, concernsOf } from '../../../../src/extension/services/model/concerns.ts';
import { fixtureOf } from '../../../core/checkup/clientFixtures.ts';
import { fileChanges, readPlaces } from '../repair/support.ts';

const KEY = '0'.repeat(64);
const FORMATS: Readonly<Record<string, ConfigFile['format']>> = { '.toml': 'toml', '.yaml': 'yaml', '.md': 'markdown' };
/** Built of parts, so that no scanner takes the test for a leak. */
const MARKERS = ['Zx8Qw3Er5Ty7Ui9Op1', 'Lk4Jh6Gf2Ds8Az0Mn3', 'Vb5Cx7Ty1Re9Wq4Po6'].map((half) =>
  ['gh', 'p_', half, [...half].reverse().join('')].join(''),
);
const [ONE = '', TWO = '', THREE = ''] = MARKERS;

function found(name: string, text: string, client: ConfigFile['client'] = 'cursor'): FoundFile {
  const file: ConfigFile = { path: `/x/${name}`, client, format: 'jsonc', scope: 'workspace', text };
  return { file, uri: `file:///x/${name}`, label: name };
}

function checkupOf(
  files: () => readonly FoundFile[],
  exposures: readonly Exposure[] = [],
  dismissals: readonly OwnDismissal[] = [],
  { msOfFile = 0, unread = [] }: { readonly msOfFile?: number; readonly unread?: readonly UnreadFile[] } = {},
) {
  const checks: string[] = [];
  const ports: CheckupPorts = {
    files: async () => ({ files: files(), unsearched: [], unread }),
    forgetFiles: () => undefined,
    check: async (found, now) => {
      checks.push(found.file.path);
      return structuredClone(checkupJobs.check(found, { fingerprint: KEY, digest: KEY }, now));
    },
    context: () => ({ now: 0 }),
    ownFiles: () => new Map(),
    dismissals: async () => dismissals,
    exposures: async () => exposures,
    services: () => 0,
    now: () => 1,
  };
  // The watch of a run: every look at a file that is not known takes so long.
  const startWatch = () => {
    const before = checks.length;
    return () => (checks.length - before) * msOfFile;
  };
  const checkup = new Checkup(ports, startWatch);
  return { checkup, checks };
}

const SERVERS = `{ "mcpServers": {
  "github": { "command": "npx", "args": ["server"], "env": { "GITHUB_TOKEN": "${ONE}", "OTHER_TOKEN": "${TWO}" } },
  "again": { "url": "http://mcp.example.com/${THREE}", "headers": { "Authorization": "Bearer ${ONE}" } }
} }`;

test('nothing that a run says shows a secret: findings, labels, ids, the report', async () => {
  const { checkup } = checkupOf(() => [found('a.json', SERVERS), found('b.json', SERVERS)]);
  const report = await checkup.run();
  const secrets = await plainSecretsIn(checkup.findings(), (uri) => checkup.file(uri), readPlaces);
  expect(secrets.length).toBeGreaterThan(5);
  const texts = {
    title: () => '',
    why: () => '',
    state: () => '',
    severity: () => '',
    message: ({ message }: Aspect) => inEnglish(message),
    coverage: () => '',
    dismissal: () => '',
  };
  const l10n = { t: (message: string, ...values: (string | number)[]) => message + values.join() };
  const said = [
    JSON.stringify(report),
    report ? checkupReport(report, texts, l10n) : '',
    inspect(secrets.map(({ value }) => value)),
    JSON.stringify(secrets.map(({ value }) => value)),
  ];
  for (const marker of MARKERS) for (const text of said) expect(text).not.toContain(marker);
});

test('equal values stand together, whichever file they are in', async () => {
  const { checkup } = checkupOf(() => [found('a.json', SERVERS), found('b.json', SERVERS)]);
  const report = await checkup.run();
  const secrets = await plainSecretsIn(report ? plainSecrets(report) : [], (uri) => checkup.file(uri), readPlaces);
  const order = secrets.map(({ value }) => secrets.findIndex((other) => other.value.equals(value)));
  expect(order).toEqual([...order].sort((one, other) => one - other));
  expect(secrets.filter(({ value }) => value.equals(new Secret(ONE)))).toHaveLength(4);
});

test('a plan takes every secret that is to move out of its file, and offers no way that would lose one', async () => {
  const { checkup } = checkupOf(() => [found('a.json', SERVERS)]);
  const report = await checkup.run();
  const secrets = await plainSecretsIn(report ? plainSecrets(report) : [], (uri) => checkup.file(uri), readPlaces);
  const of = (value: string) => secrets.filter((secret) => secret.value.equals(new Secret(value)));
  const [first, second] = [of(ONE)[0], of(TWO)[0]];
  if (!first || !second) throw new Error('the secrets are not found');
  expect(choicesFor(first, [])).toEqual(['use-without-server', 'use-beside-server', 'reference', 'drop', 'skip']);
  expect(choicesFor(second, [{ secret: first, choice: 'use-without-server' }])).toEqual(['use-without-server', 'drop']);
  expect(choicesFor(second, [{ secret: first, choice: 'skip' }])).not.toContain('use-without-server');
  const [change] = fileChanges([
    { secret: first, choice: 'use-without-server' },
    { secret: second, choice: 'drop' },
    ...secrets
      .filter((secret) => secret !== first && secret !== second)
      .map((secret) => ({ secret, choice: 'use-beside-server' as const })),
  ]);
  for (const marker of MARKERS) expect(change?.after).not.toContain(marker);
  expect(Object.keys(JSON.parse(change?.after ?? '').mcpServers)).toEqual(['again']);
});

test('what VS Code can ask for is offered in its own file only', async () => {
  const text = SERVERS.replace('mcpServers', 'servers');
  const { checkup } = checkupOf(() => [found('mcp.json', text, 'vscode')]);
  const report = await checkup.run();
  const [secret] = await plainSecretsIn(report ? plainSecrets(report) : [], (uri) => checkup.file(uri), readPlaces);
  expect(secret && choicesFor(secret, [])).toContain('ask');
});

test('a finding keeps its id while its file changes elsewhere', async () => {
  let text = SERVERS;
  const { checkup } = checkupOf(() => [found('a.json', text)]);
  await checkup.run();
  const before = checkup.findings().map(({ id }) => id);
  text = `\n\n${SERVERS}`;
  await checkup.run();
  expect(checkup.findings().map(({ id }) => id)).toEqual(before);
});

test('what was in plain text is a finding of point 1, with its file', async () => {
  const exposure: Exposure = {
    id: '1',
    kind: 'GitHub token',
    file: 'a.json',
    uri: 'file:///x/a.json',
    server: 'github',
    last4: 'a1a1',
    movedAt: 0,
  };
  const { checkup } = checkupOf(() => [found('a.json', '{ "mcpServers": { "a": { "command": "x" } } }')], [exposure]);
  const report = await checkup.run();
  expect(report?.points[0]?.state).toBe('warn');
  expect(report?.points[0]?.findings[0]).toMatchObject({ uri: exposure.uri, exposure, finding: { server: 'github' } });
  expect(report && plainSecrets(report)).toEqual([]);
});

test('asks that come while a run waits share it, and files are not read twice', async () => {
  let reads = 0;
  const { checkup } = checkupOf(() => {
    reads += 1;
    return [found('a.json', SERVERS)];
  });
  const [one, two] = [checkup.run(), checkup.run()];
  expect(await one).toBe(await two);
  expect(reads).toBe(1);
  await checkup.run();
  expect(reads).toBe(2);
});

test('a file that cannot be read is said to be so', async () => {
  const { checkup } = checkupOf(() => [{ ...found('a.json', ''), unreadable: 'no-permission' }]);
  await checkup.run();
  expect(checkup.findings().map(({ finding }) => finding.code)).toEqual(['no-permission']);
});

test('a run ends however many files were made to take long, says what it did not come to, and the next goes on there', async () => {
  const all = Array.from({ length: 100 }, (_, n) => found(`${n + 100}.json`, SERVERS));
  const { checkup, checks } = checkupOf(() => all, [], [], { msOfFile: 2000 });
  const report = await checkup.run();
  expect(checks).toHaveLength(15);
  expect(report?.coverage.files).toHaveLength(15);
  expect(report?.coverage.unreached).toHaveLength(85);
  const told = report?.points[2]?.findings.filter(({ finding }) => finding.code === 'files-not-reached') ?? [];
  expect(told.map(({ label, finding }) => [label, inEnglish(finding.message)])).toEqual([
    ['115.json', expect.stringContaining('/x/115.json and 84 more. Run the checkup again')],
  ]);
  for (let run = 0; run < 6; run += 1) await checkup.run();
  expect(checks).toEqual(all.map(({ file }) => file.path));
  expect(checkup.report?.coverage.unreached).toEqual([]);
});

test('a run ends at more findings than anybody reads, those that are known included', async () => {
  const servers = Object.fromEntries(
    Array.from({ length: 1100 }, (_, n) => [`s${n}`, { command: 'npx', args: ['x'] }]),
  );
  const text = JSON.stringify({ mcpServers: servers });
  const { checkup, checks } = checkupOf(() => Array.from({ length: 14 }, (_, n) => found(`${n}.json`, text)));
  await checkup.run();
  await checkup.run();
  expect(checks).toHaveLength(10);
  expect(checkup.report?.coverage.unreached).toHaveLength(4);
});

test('files whose texts would have been too much to hold are told', async () => {
  const unread = [{ path: '/x/b.json', uri: 'file:///x/b.json', label: 'b.json' }];
  const { checkup } = checkupOf(() => [found('a.json', SERVERS)], [], [], { unread });
  const report = await checkup.run();
  expect(report?.coverage.unreached).toEqual(['/x/b.json']);
  expect(checkup.findings().map(({ finding, uri }) => [finding.code, uri])).toContainEqual([
    'files-not-reached',
    'file:///x/b.json',
  ]);
});

test('a file is looked at again when its text changed, and not before', async () => {
  let text = SERVERS;
  const files = () => [found('a.json', text), found('b.json', SERVERS)];
  const { checkup, checks } = checkupOf(files);
  await checkup.run();
  await checkup.run();
  expect(checks).toEqual(['/x/a.json', '/x/b.json']);
  text += ' ';
  await checkup.run();
  expect(checks.slice(2)).toEqual(['/x/a.json']);
});

test('what is said of one secret is one finding, whichever thread and file it comes from', async () => {
  const { checkup } = checkupOf(() => [found('a.json', SERVERS), found('b.json', SERVERS)]);
  const report = await checkup.run();
  const sides = report?.points[0]?.findings.map(({ finding }) => finding.aspects?.map(({ check }) => check) ?? []);
  expect(sides?.filter((checks) => checks.includes(4))).toHaveLength(3);
  expect(report?.points[3]).toMatchObject({ check: 4, state: 'warn', findings: [], beneath: 3 });
  expect(report?.coverage.files).toEqual([
    { path: '/x/a.json', servers: 2, read: true },
    { path: '/x/b.json', servers: 2, read: true },
  ]);
});

/** A dismissal of the finding with this code at this key. */
function dismissalOf(checkup: Checkup, kind: OwnDismissal['kind'], code: string, key: string): OwnDismissal {
  const digest = checkup.findings().find(({ finding }) => finding.code === code && finding.key === key)?.finding.digest;
  if (digest === undefined) throw new Error('there is no such finding');
  return { kind, digest, code, reason: 'because', at: 0 };
}

const GITHUB = '/mcpServers/github/env/GITHUB_TOKEN';
const shapes = (checkup: Checkup): string[] =>
  checkup
    .findings()
    .map(({ finding: { check, key, aspects = [] } }) => `${check} ${key} [${aspects.map((one) => one.check)}]`);

test('what is no secret is one for no check, and what its server does is said of the next secret there', async () => {
  const before = checkupOf(() => [found('a.json', SERVERS)]).checkup;
  await before.run();
  const dismissal = dismissalOf(before, 'not-a-secret', 'secret-token', GITHUB);
  const { checkup } = checkupOf(() => [found('a.json', SERVERS)], [], [dismissal]);
  const report = await checkup.run();
  expect(shapes(before)).toContain(`1 ${GITHUB} [2,3,10,4]`);
  expect(shapes(checkup).filter((shape) => shape.includes(GITHUB))).toEqual([]);
  expect(shapes(checkup)).toContain('1 /mcpServers/github/env/OTHER_TOKEN [2,3,10]');
  // The same value stands in the other server, too: it is one there, and alone.
  expect(shapes(checkup)).toContain('1 /mcpServers/again/headers/Authorization [2,3,10]');
  expect(report?.dismissed).toMatchObject([{ finding: { key: GITHUB }, dismissal, label: 'a.json' }]);
});

test('an accepted risk is one finding at one place, and another finding there is not', async () => {
  const before = checkupOf(() => [found('a.json', SERVERS)]).checkup;
  await before.run();
  const url = dismissalOf(before, 'accepted-risk', 'cleartext-transport', '/mcpServers/again/url');
  const secret = dismissalOf(before, 'accepted-risk', 'secret-token', GITHUB);
  const { checkup } = checkupOf(() => [found('a.json', SERVERS), found('b.json', SERVERS)], [], [url, secret]);
  const report = await checkup.run();
  // A place is of one file; a secret's risk is that of its value, wherever its entry stands.
  expect(report?.dismissed.map(({ finding }) => `${finding.file} ${finding.code}`)).toEqual([
    '/x/a.json secret-token',
    '/x/a.json cleartext-transport',
    '/x/b.json secret-token',
  ]);
  expect(shapes(checkup).filter((shape) => shape.startsWith('5 '))).toEqual(['5 /mcpServers/again/url []']);
});

test('a dismissal holds for what it was said of, and for nothing that comes in its place', async () => {
  const before = checkupOf(() => [found('a.json', SERVERS)]).checkup;
  await before.run();
  const dismissals = [
    dismissalOf(before, 'not-a-secret', 'secret-token', GITHUB),
    dismissalOf(before, 'accepted-risk', 'version-missing', '/mcpServers/github/args/0'),
  ];
  const changed = SERVERS.replace(ONE, `${ONE.slice(0, -2)}Zz`).replace('"server"', '"another"');
  const { checkup } = checkupOf(() => [found('a.json', changed)], [], dismissals);
  const report = await checkup.run();
  expect(report?.dismissed).toEqual([]);
  expect(checkup.findings().map(({ finding }) => finding.key)).toContain(GITHUB);
});

test('nothing of the checkup touches the clipboard', () => {
  const source = path.resolve(import.meta.dirname, '../../../../src/extension/checkup');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  expect(files).toContain('commands/moveSecrets.ts');
  for (const file of files) expect(readFileSync(path.join(source, file), 'utf8')).not.toContain('clipboard');
});

test.each(
  CLIENT_PLACES.map(({ client, label, home, config, data, editor, workspace }) => ({
    client,
    label,
    path: [home, config, data, editor, workspace].flatMap((paths) => paths ?? [])[0] ?? '',
  })),
)('a first run offers to move what stands in plain text in a file of $label', async ({ client, path: file }) => {
  const format = FORMATS[path.extname(file)] ?? 'jsonc';
  const text = fixtureOf(client, file)?.text ?? '';
  const one = found(file.replaceAll('*', 'x'), text, client);
  const { checkup } = checkupOf(() => [{ ...one, file: { ...one.file, format } }]);
  const report = await checkup.run();
  if (!report) throw new Error('the run was stopped');
  expect(plainSecrets(report)).toHaveLength(1);
  const concerns = concernsOf({
    trusted: true,
    frozen: false,
    gateway: 'up',
    administrator: 'none',
    entries: [],
    plainSecrets: plainSecrets(report).length,
  });
  expect(concerns).toEqual([{ kind: 'plainSecrets', count: 1 }]);
  expect(concernKeys(concerns)['valetKey.plainSecrets']).toBe(true);
});
