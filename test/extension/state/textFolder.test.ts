import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { textFolder } from '../../../src/extension/state/textFolder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'vk-texts-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('keeps a text, for this user alone, and leaves nothing else behind', async () => {
  const texts = textFolder(path.join(folder, 'own'));
  expect(await texts.read('a.yaml')).toBeUndefined();
  await texts.write('a.yaml', 'one');
  await texts.write('a.yaml', 'two');
  expect(await texts.read('a.yaml')).toBe('two');
  expect(readdirSync(path.join(folder, 'own'))).toEqual(['a.yaml']);
  expect(statSync(path.join(folder, 'own/a.yaml')).mode & 0o077).toBe(0);
});

test('a pipe or a folder in a text’s place keeps nobody waiting: there is no text', async () => {
  const texts = textFolder(folder);
  execFileSync('mkfifo', [path.join(folder, 'pipe.yaml')]);
  mkdirSync(path.join(folder, 'folder.yaml'));
  expect(await texts.read('pipe.yaml')).toBeUndefined();
  expect(await texts.read('folder.yaml')).toBeUndefined();
  await texts.write('pipe.yaml', 'ours again');
  expect(await texts.read('pipe.yaml')).toBe('ours again');
});
