import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';
import { freshKey, loopbackService, policyText, type Served, serve } from '../support/serve.ts';
import { startUpstream } from '../support/upstream.ts';

let source: string;
let directory: string;
let names: string[];
let cleanUp: () => Promise<void>;

beforeAll(async () => {
  const upstream = await startUpstream();
  const policy = policyText({ api: loopbackService(upstream.origin) });
  const runs: Served[] = [];
  for (let i = 0; i < 2; i++) {
    const served = await serve({ policy, credentials: { api: freshKey() } });
    const agent = await served.agent('claude-code');
    for (let n = 0; n < 3; n++) await agent.ok('read', { service: 'api', path: `/x/${n}` });
    runs.push(served);
  }
  source = fs.mkdtempSync('/tmp/vk-audit-');
  for (const served of runs) fs.cpSync(served.auditDir, source, { recursive: true });
  names = fs.readdirSync(source).sort();
  cleanUp = async () => {
    for (const served of runs) await served.stop();
    await upstream.close();
    fs.rmSync(source, { recursive: true });
  };
});
afterAll(() => cleanUp());

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(source, 'copy-'));
  for (const name of names) fs.copyFileSync(path.join(source, name), path.join(directory, name));
  return () => fs.rmSync(directory, { recursive: true });
});

function exchange(a: string, b: string): void {
  fs.renameSync(a, `${directory}/x`);
  fs.renameSync(b, a);
  fs.renameSync(`${directory}/x`, b);
}

function moveBehindLink(file: string): void {
  fs.renameSync(file, `${directory}/x`);
  fs.symlinkSync(`${directory}/x`, file);
}

const at = (i: number): string => path.join(directory, names[i] ?? '');

describe('audit verify', () => {
  it('finds nothing in a whole trail, and says that its end is not anchored', async () => {
    const { status, stdout, stderr } = await runCli(['audit', 'verify', directory]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toContain('tail: not anchored');
  });

  const changes: readonly (readonly [what: string, change: () => void])[] = [
    ['the names of two runs exchanged', () => exchange(at(0), at(1))],
    [
      'a run under another name',
      () => fs.renameSync(at(0), path.join(directory, '20200101T000000Z-someother-0001.jsonl')),
    ],
    [
      'a copy of a run',
      () =>
        fs.copyFileSync(at(0), path.join(directory, `20200101T000000Z-${(names[0] ?? '').split('-')[1]}-0001.jsonl`)),
    ],
    ['an emptied part', () => fs.truncateSync(at(0))],
    ['a changed character', () => fs.writeFileSync(at(0), fs.readFileSync(at(0), 'utf8').replace('/x/1', '/y/1'))],
    ['a part that is a link', () => moveBehindLink(at(0))],
  ];
  it.each(changes)('finds %s', async (_what, change) => {
    change();
    const { status, stdout } = await runCli(['audit', 'verify', directory]);
    expect(status).toBe(1);
    expect(stdout).toContain('"file"');
  });
});

describe('audit query', () => {
  it('prints the records that are asked for, and passes over lines that are none', async () => {
    fs.appendFileSync(at(0), 'null\n{}\n{"agent":null,"time":1}\n');
    fs.mkdirSync(path.join(directory, '20200101T000000Z-folder-0001.jsonl'));
    const { status, stdout } = await runCli(['audit', 'query', directory, '--agent', 'claude', '--since', '1h']);
    expect(status).toBe(0);
    const records = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string });
    expect(records).toHaveLength(12);
  });
});

it('decide takes a line with a line separator in it as one', async () => {
  const file = path.join(directory, 'policy.yaml');
  fs.writeFileSync(file, policyText({ api: loopbackService('http://127.0.0.1:9') }));
  const request = JSON.stringify({ service: 'api', method: 'GET', path: '/x', query: { q: 'a\u2028b' } });
  const { stdout } = await runCli(['decide', '--policy', file], `${request}\n`);
  expect(stdout.trim().split('\n')).toHaveLength(1);
  expect(JSON.parse(stdout)).toMatchObject({ verdict: 'allow' });
});
