import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readPolicyUri } from '../../../../src/extension/policy/model/policyUri.ts';
import { english } from '../../../support/english.ts';

// The file system of VS Code's reads what is elsewhere; a file of this machine's may be a pipe or a device.

const folder = mkdtempSync(path.join(tmpdir(), 'valet-key-policy-'));
const at = (name: string): string => path.join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

/** What is read of a file of this machine's, of which VS Code says no more than where it is. */
function read(file: string): ReturnType<typeof readPolicyUri> {
  return readPolicyUri({ scheme: 'file', fsPath: file } as Parameters<typeof readPolicyUri>[0]);
}

test('a file is read, through a symbolic link, too, and none is missing', async () => {
  writeFileSync(at('plain'), '\ufeffservices: {}\n');
  symlinkSync(at('plain'), at('link'));
  symlinkSync(at('nowhere'), at('dangling'));
  for (const name of ['plain', 'link']) expect(await read(at(name))).toEqual({ kind: 'text', text: 'services: {}\n' });
  for (const name of ['none', 'dangling', 'plain/below']) expect(await read(at(name))).toEqual({ kind: 'missing' });
});

const IN_ITS_PLACE: readonly (readonly [string, (file: string) => unknown, string])[] = [
  ['a pipe', (file: string) => execFileSync('mkfifo', [file]), 'This is not a regular file.'],
  ['a device without end', (file: string) => symlinkSync('/dev/zero', file), 'This is not a regular file.'],
  ['a folder', (file: string) => mkdirSync(file), 'This is not a regular file.'],
  ['a link to itself', (file: string) => symlinkSync(file, file), 'VS Code cannot read this file (ELOOP).'],
  ['a large file', (file: string) => appendFileSync(file, Buffer.alloc(1024 * 1024 + 1)), 'The file is larger'],
  ['bytes', (file: string) => appendFileSync(file, Buffer.of(0xff, 0xfe)), 'The file is not UTF-8 text.'],
];

describe.skipIf(process.platform === 'win32')('in the place of a policy file', () => {
  test.each(IN_ITS_PLACE)('%s is unreadable at once', async (what, make, why) => {
    const file = at(what.replaceAll(' ', '-'));
    make(file);
    const found = await read(file);
    expect(found.kind === 'unreadable' && english(found.why)).toContain(why);
  });
});
