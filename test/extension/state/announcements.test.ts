import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Announcements } from '../../../src/extension/state/announcements.ts';

let folder: string;
let now: number;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-told-'));
  now = 1000;
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const open = (): Announcements => new Announcements(path.join(folder, 'told'), () => now);

test('of fifty windows one says it, and the next time one again', async () => {
  for (let round = 0; round < 5; round += 1) {
    const claims = await Promise.all(Array.from({ length: 50 }, () => open().claim('rejected user/stripe', 60_000)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    now += 60_000;
  }
});

test('other news is another matter', async () => {
  const window = open();
  expect(await window.claim('rejected user/stripe', 60_000)).toBe(true);
  expect(await window.claim('rejected user/github', 60_000)).toBe(true);
  expect(await window.claim('expired user/stripe', 60_000)).toBe(true);
  expect(await window.claim('expired user/stripe', 60_000)).toBe(false);
});

test('what was postponed is said by nobody until then', async () => {
  await open().claim('rotate user/stripe', 1000);
  await open().postpone('rotate user/stripe', 7000);
  now += 6999;
  expect(await open().claim('rotate user/stripe', 1000)).toBe(false);
  now += 1;
  expect(await open().claim('rotate user/stripe', 1000)).toBe(true);
});

test('a file that cannot be read silences nothing, and none names a service', async () => {
  await open().claim('rotate user/stripe', 60_000);
  const [file = ''] = fs.readdirSync(path.join(folder, 'told'));
  expect(file).not.toContain('stripe');
  fs.writeFileSync(path.join(folder, 'told', file), 'damaged');
  expect(await open().claim('rotate user/stripe', 60_000)).toBe(true);
  expect(fs.readdirSync(path.join(folder, 'told'))).toHaveLength(1);
});
