import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { checkConfig } from '../../../src/core/checkup/checkup.ts';
import type { ReadConfig } from '../../../src/core/checkup/model/checkupModel.ts';
import { withServer } from './support.ts';

function digests(read: ReadConfig, publicDigests: boolean): readonly string[] {
  const digest = (...texts: readonly string[]): string =>
    createHash('sha256').update(JSON.stringify(texts)).digest('hex');
  const { findings } = checkConfig(read, { now: 0, fingerprint: String, digest, publicDigests });
  return findings.map((finding) => `${finding.code} ${finding.key} ${finding.digest}`);
}

/** Entries with a password in each kind of place, which is too short for its last characters to be shown. */
const ENTRIES: readonly ((password: string) => unknown)[] = [
  (password) => ({ command: 's', env: { DB_PASSWORD: password } }),
  (password) => ({ command: 'npx', args: ['server', '--password', password] }),
  (password) => ({ command: 's', args: ['--debug', `postgres://me:${password}@db.corp.internal/x?sslmode=disable`] }),
  (password) => ({ url: `http://me:${password}@mcp.corp.internal/mcp` }),
  (password) => ({ command: `npx server --url http://me:${password}@mcp.corp.internal/mcp` }),
  (password) => ({ command: 'docker', args: ['run', '-e', `PGPASSWORD=${password}`, 'org/image'] }),
];

const CASES = ENTRIES.map((entry) => [JSON.stringify(entry('PASSWORD')), entry] as const);

test.each(CASES)(
  'public digests have nothing of a short password in them, and private ones know it by its value: %s',
  (_, entry) => {
    const [one, other] = ['q7Zr!m2Kx', 'w4Tb!c9Lp'].map((password) => withServer(entry(password)));
    if (!one || !other) throw new Error('there are two');
    expect(digests(one, true).length).toBeGreaterThan(0);
    expect(digests(one, true)).toEqual(digests(other, true));
    expect(digests(one, false)).not.toEqual(digests(other, false));
  },
);

test('public digests change with what else stands at a finding’s place', () => {
  const of = (server: string): readonly string[] => digests(withServer({ command: 'npx', args: [server] }), true);
  expect(of('one')).not.toEqual(of('two'));
});
