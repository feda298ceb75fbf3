import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NotPlainFileError, readPlainBytes, readPlainFile } from '../../src/protocol/plainFile.ts';

let folder: string;
const at = (name: string): string => path.join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'vk-plain-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a text is read, also through a link', () => {
  writeFileSync(at('a'), 'größe');
  symlinkSync(at('a'), at('link'));
  expect(readPlainFile(at('a'))).toBe('größe');
  expect(readPlainFile(at('link'))).toBe('größe');
});

test('a pipe, a device and a folder are refused at once', () => {
  execFileSync('mkfifo', [at('pipe')]);
  symlinkSync('/dev/zero', at('device'));
  mkdirSync(at('folder'));
  for (const name of ['pipe', 'device', 'folder'])
    expect(() => readPlainFile(at(name)), name).toThrow(NotPlainFileError);
});

test('more than the largest size is refused, and what is not there is said as the system says it', () => {
  writeFileSync(at('a'), '12345');
  expect(readPlainBytes(at('a'), 5).toString()).toBe('12345');
  expect(() => readPlainBytes(at('a'), 4)).toThrow(NotPlainFileError);
  expect(() => readPlainFile(at('none'))).toThrow('ENOENT');
});
