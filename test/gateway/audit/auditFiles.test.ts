import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { NotAPartError, partLines, runRecords, verifyRun } from '../../../src/gateway/audit/auditFiles.ts';
import { recentRequests } from '../../../src/gateway/audit/recentRequests.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const GATEWAY = '0123456789abcdef';

/** A folder of its own with one part, which `put` makes. */
function withPart(what: string, put: (file: string) => void): { readonly directory: string; readonly name: string } {
  const directory = path.join(folder, what.replaceAll(' ', '-'));
  const name = `20260101T000000Z-${GATEWAY}-0001.jsonl`;
  fs.mkdirSync(directory);
  put(path.join(directory, name));
  return { directory, name };
}

/** A file of this many bytes that takes no room. */
function hole(file: string, bytes: number): void {
  fs.writeFileSync(file, '');
  fs.truncateSync(file, bytes);
}

describe.skipIf(process.platform === 'win32')('in the place of a part of the audit log', () => {
  it.each([
    ['a pipe', (file: string) => execFileSync('mkfifo', [file])],
    ['a link to a device', (file: string) => fs.symlinkSync('/dev/zero', file)],
    ['a folder', (file: string) => fs.mkdirSync(file)],
    ['a gigabyte', (file: string) => hole(file, 1024 ** 3)],
    ['a terabyte', (file: string) => hole(file, 1024 ** 4)],
  ])('%s is a finding, and read by nobody', async (what, put) => {
    const { directory, name } = withPart(what, put);
    const run = { gatewayId: GATEWAY, parts: [name] };
    await expect(partLines(path.join(directory, name)).next()).rejects.toThrow(NotAPartError);
    expect(await verifyRun(directory, run)).toMatchObject({ ok: false });
    expect((await runRecords(directory, run).next()).done).toBe(true);
    expect(await recentRequests(directory, Date.now())).toEqual(new Map());
  });
});

it('holds no more of a line than a record may have, and reads on behind it', async () => {
  const { directory, name } = withPart('long lines', (file) =>
    fs.writeFileSync(file, `first\n${'x'.repeat(9 * 1024 * 1024)}\nü\n${'y'.repeat(3 * 1024 * 1024)}`),
  );
  const lines: string[] = [];
  for await (const line of partLines(path.join(directory, name))) lines.push(line);
  const [first, long = '', short, last = ''] = lines;
  expect([first, short, lines.length]).toEqual(['first', 'ü', 4]);
  for (const cut of [long, last]) {
    expect(cut).toMatch(/^too long/);
    expect(cut.length).toBeLessThan(1024 * 1024 + 128 * 1024);
  }
});

it('gives an empty line at the end of a part that ends with a line end, and none without', async () => {
  for (const [text, expected] of [
    ['', ['']],
    ['a', ['a']],
    ['a\n', ['a', '']],
    ['a\n\nb\n', ['a', '', 'b', '']],
  ] as const) {
    const { directory, name } = withPart(`text of ${text.length}`, (file) => fs.writeFileSync(file, text));
    const lines: string[] = [];
    for await (const line of partLines(path.join(directory, name))) lines.push(line);
    expect(lines).toEqual(expected);
  }
});
