import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Secret } from '../../../../src/core/secret.ts';
import { CredentialNotSavedError } from '../../../../src/extension/credentials/model/checkedSecret.ts';
import { type CredentialId, credentialKey } from '../../../../src/extension/credentials/model/credentialId.ts';
import {
  CredentialReplacedError,
  CredentialStore,
} from '../../../../src/extension/credentials/model/credentialStore.ts';
import { LEASE_MS, RenewalLocks } from '../../../../src/extension/credentials/model/renewalLocks.ts';
import { WindowTokenStore } from '../../../../src/extension/credentials/model/windowTokenStore.ts';
import { sleep, until } from '../../../support/until.ts';
import { FakeMetadata, FakeSecrets } from '../../support/fakes.ts';

const ID: CredentialId = { scope: 'user', service: 'crm' };
const BINDING = { origin: 'https://api.example.com', placement: 'oauth2:refresh_token https://login.example.com/ c' };
const token = (n: number): Secret => new Secret(`refresh-token-number-${n}-${'abcdefgh'.repeat(2)}`);

let folder: string;
const secrets = new FakeSecrets();
const metadata = new FakeMetadata();
const clock = { now: 1_000_000 };
let announced = 0;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'renewals-'));
  secrets.entries.clear();
  secrets.losing.clear();
  secrets.delay = () => 0;
  metadata.entries.clear();
  announced = 0;
  clock.now = 1_000_000;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** One window, with all that it keeps to itself. */
function openWindow(pid = process.pid) {
  const store = new CredentialStore({ secrets, metadata, now: () => clock.now });
  const tokenStore = new WindowTokenStore({
    credentials: store,
    locks: new RenewalLocks(folder, () => clock.now, pid),
    ids: () => new Map([['crm', ID]]),
    session: async () => undefined,
    announce: () => {
      announced += 1;
    },
    now: () => clock.now,
    wait: () => sleep(2),
    log: () => undefined,
  });
  return { store, tokenStore };
}

async function lease({ tokenStore }: ReturnType<typeof openWindow>): Promise<{ id: string; value: Secret }> {
  const given = await tokenStore.leaseRenewal('crm');
  if (!given) throw new Error('no lease');
  return given;
}

function stored(): string {
  return (JSON.parse(secrets.entries.get(`credential/${credentialKey(ID)}`) ?? '{}') as { value: string }).value;
}

test('a renewed value is stored in the place of the old one, with its end, and is no rotation', async () => {
  const window = openWindow();
  await window.store.put(ID, token(1), BINDING);
  const { id, value } = await lease(window);
  expect(value.equals(token(1))).toBe(true);
  clock.now += 5000;
  await window.tokenStore.storeRenewal(id, { value: token(2), expiresAt: 9_000_000 });
  await window.tokenStore.releaseRenewal(id);
  expect(stored()).toBe(token(2).expose('store'));
  expect(window.store.get(ID)).toMatchObject({ createdAt: 1_000_000, expiresAt: 9_000_000, binding: BINDING });
  expect(window.store.get(ID)).not.toHaveProperty('rotatedAt');
  expect(window.store.retired().some((old) => old.value.equals(token(1)))).toBe(true);
  expect(window.store.undoOffer(ID)).toBeUndefined();
  expect(announced).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});

test('fifty windows that renew at once do so one after another, each with what the last one stored', async () => {
  const first = openWindow();
  await first.store.put(ID, token(0), BINDING);
  // What takes no time cannot be interrupted.
  secrets.delay = () => 2;
  const used: string[] = [];
  let inside = 0;
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      const window = openWindow();
      await window.store.load();
      const { id, value } = await lease(window);
      inside += 1;
      expect(inside).toBe(1);
      used.push(value.expose('fingerprint'));
      await window.tokenStore.storeRenewal(id, { value: token(used.length) });
      inside -= 1;
      await window.tokenStore.releaseRenewal(id);
    }),
  );
  expect(new Set(used).size).toBe(50);
  expect(stored()).toBe(token(50).expose('store'));
});

test('what a gateway left when it ended is free at once, and what waits for the ended one gets nothing', async () => {
  const [here, there] = [openWindow(), openWindow()];
  await here.store.put(ID, token(1), BINDING);
  await there.store.load();
  const { id } = await lease(here);
  const waiting = here.tokenStore.leaseRenewal('crm');
  await sleep(10);
  await here.tokenStore.endLeases();
  expect(await waiting).toBeUndefined();
  await expect(here.tokenStore.storeRenewal(id, { value: token(2) })).rejects.toThrow('already released');
  expect((await lease(there)).value.equals(token(1))).toBe(true);
});

test('a store that is under way when the gateway ends is finished before another window goes on', async () => {
  const [here, there] = [openWindow(), openWindow()];
  await here.store.put(ID, token(1), BINDING);
  await there.store.load();
  const { id } = await lease(here);
  secrets.delay = () => 5;
  const storing = here.tokenStore.storeRenewal(id, { value: token(2) });
  const ending = here.tokenStore.endLeases();
  expect((await lease(there)).value.equals(token(2))).toBe(true);
  secrets.delay = () => 0;
  await Promise.all([storing, ending]);
});

test('a window that ended or hangs does not keep the others waiting for ever', async () => {
  const dead = openWindow(2 ** 22 + 1);
  await dead.store.put(ID, token(1), BINDING);
  await lease(dead);
  const second = openWindow();
  await second.store.load();
  await lease(second);
  const third = openWindow();
  await third.store.load();
  const waiting = third.tokenStore.leaseRenewal('crm');
  let through = false;
  void waiting.then(() => {
    through = true;
  });
  await sleep(30);
  expect(through).toBe(false);
  clock.now += LEASE_MS;
  expect((await waiting)?.value.equals(token(1))).toBe(true);
});

test('a damaged lock file is taken away', async () => {
  const window = openWindow();
  await window.store.put(ID, token(1), BINDING);
  await writeFile(path.join(folder, 'user-crm.lock'), '{');
  expect((await lease(window)).value.equals(token(1))).toBe(true);
});

test('what the user rotated or revoked meanwhile counts, and a renewal does not overwrite it', async () => {
  const window = openWindow();
  await window.store.put(ID, token(1), BINDING);
  const { id } = await lease(window);
  await window.store.put(ID, token(7), BINDING);
  await expect(window.tokenStore.storeRenewal(id, { value: token(2) })).rejects.toThrow(CredentialReplacedError);
  expect(stored()).toBe(token(7).expose('store'));
  await window.tokenStore.releaseRenewal(id);
  const again = await lease(window);
  await window.store.revoke(ID);
  await expect(window.tokenStore.storeRenewal(again.id, { value: token(3) })).rejects.toThrow(CredentialReplacedError);
  expect(window.store.get(ID)?.state).toBe('revoked');
  await window.tokenStore.releaseRenewal(again.id);
  expect(await window.tokenStore.leaseRenewal('crm')).toBeUndefined();
  expect(await window.tokenStore.leaseRenewal('other')).toBeUndefined();
});

test('a storage that loses the new value says so, and the lease can be tried again', async () => {
  const window = openWindow();
  await window.store.put(ID, token(1), BINDING);
  const { id } = await lease(window);
  secrets.losing.add(`credential/${credentialKey(ID)}`);
  await expect(window.tokenStore.storeRenewal(id, { value: token(2) })).rejects.toThrow(CredentialNotSavedError);
  secrets.losing.clear();
  await window.tokenStore.storeRenewal(id, { value: token(2) });
  expect(stored()).toBe(token(2).expose('store'));
});

test('a rotation can still be undone after a renewal, and only the last few renewed values are kept', async () => {
  const window = openWindow();
  await window.store.put(ID, token(100), BINDING);
  await window.store.put(ID, token(0), BINDING);
  for (let n = 1; n <= 20; n += 1) {
    const { id } = await lease(window);
    await window.tokenStore.storeRenewal(id, { value: token(n) });
    await window.tokenStore.releaseRenewal(id);
  }
  expect(window.store.retired()).toHaveLength(9);
  expect(window.store.retired().some(({ value }) => value.equals(token(19)))).toBe(true);
  expect(await window.store.undoRotation(ID)).toBe('undone');
  expect(stored()).toBe(token(100).expose('store'));
  await until(() => window.store.get(ID)?.state === 'present', 'the record');
});
