import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SharedStateFile } from '../../../src/extension/state/sharedState.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'valet-key-state-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (): string => path.join(folder, 'state.json');

test('a missing file is told from a damaged one', () => {
  const state = new SharedStateFile(folder);
  expect(state.read()).toEqual({ kind: 'missing' });
  writeFileSync(file(), '{"version":1');
  expect(state.read()).toEqual({ kind: 'malformed' });
  writeFileSync(file(), '{"version":2}');
  expect(state.read()).toEqual({ kind: 'malformed' });
});

test('a freeze and an announced change do not overwrite each other', () => {
  const [one, other] = [new SharedStateFile(folder), new SharedStateFile(folder)];
  one.writeFreeze({ all: false, services: ['stripe'], revision: 3, mac: 'm' });
  other.announceChange();
  expect(one.read()).toMatchObject({ kind: 'state', state: { freeze: { all: false, services: ['stripe'] } } });
});

test('an announcement over a damaged file leaves it frozen', () => {
  writeFileSync(file(), 'damaged');
  const state = new SharedStateFile(folder);
  state.announceChange();
  expect(state.read()).toMatchObject({ kind: 'state', state: { freeze: { all: true } } });
});

test.each([
  ['a pipe', () => execFileSync('mkfifo', [file()])],
  ['a folder with something in it', () => mkdirSync(path.join(file(), 'inner'), { recursive: true })],
])('%s in its place holds nobody up and counts as frozen, until it is written again', (_what, put) => {
  put();
  const state = new SharedStateFile(folder);
  expect(state.read()).toEqual({ kind: 'malformed' });
  state.announceChange();
  expect(state.read()).toMatchObject({ kind: 'state', state: { freeze: { all: true } } });
});

test('is replaced in one step, for this user alone, and leaves no other file behind', () => {
  new SharedStateFile(folder).announceChange();
  expect(readdirSync(folder)).toEqual(['state.json']);
  if (process.platform !== 'win32') expect(statSync(file()).mode & 0o077).toBe(0);
});

test.each(['a change', 'a removal'])('%s by another window is noticed within a second', async (what) => {
  const [here, there] = [new SharedStateFile(folder), new SharedStateFile(folder)];
  there.announceChange();
  const watching = here.watch();
  const noticed = new Promise<string>((resolve) => {
    here.onDidChange(() => resolve('noticed'));
  });
  if (what === 'a change') there.announceChange();
  else unlinkSync(file());
  const tooLate = new Promise<string>((resolve) => setTimeout(() => resolve('too late'), 1000));
  expect(await Promise.race([noticed, tooLate])).toBe('noticed');
  watching.dispose();
});

test('knows whether another window changed something, and that its own changes are not that', async () => {
  const [here, there] = [new SharedStateFile(folder), new SharedStateFile(folder)];
  there.announceChange();
  const watching = here.watch();
  const next = (): Promise<void> => new Promise((resolve) => void here.onDidChange(resolve));
  let noticed = next();
  here.announceChange();
  await noticed;
  expect(here.changedElsewhere).toBe(false);
  noticed = next();
  there.announceChange();
  await noticed;
  expect(here.changedElsewhere).toBe(true);
  watching.dispose();
});
