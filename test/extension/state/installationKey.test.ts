import { expect, test } from 'vitest';
import { installationKey, prepareInstallationKeys } from '../../../src/extension/state/installationKey.ts';
import { FakeSecrets } from '../support/fakes.ts';

// Longer than the slowest access to the storage below.
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 125));

test('two windows that start at once for the first time go by the same keys', async () => {
  const secrets = new FakeSecrets();
  let call = 0;
  // Every other access is slow: one window is through while the other still stores.
  secrets.delay = () => (call++ % 2 === 0 ? 1 : 20);
  const start = async (): Promise<string[]> => {
    await prepareInstallationKeys(secrets, settle);
    return Promise.all((['freeze', 'approval', 'fingerprint'] as const).map((name) => installationKey(secrets, name)));
  };
  const [one, other] = await Promise.all([start(), start()]);
  expect(one).toEqual(other);
  expect(one.every((key) => [...secrets.entries.values()].includes(key))).toBe(true);
});

test('a later start makes nothing and waits for nothing', async () => {
  const secrets = new FakeSecrets();
  await prepareInstallationKeys(secrets, settle);
  const before = new Map(secrets.entries);
  secrets.stored.length = 0;
  await prepareInstallationKeys(secrets, () => Promise.reject(new Error('it waited')));
  expect(secrets.stored).toEqual([]);
  expect(secrets.entries).toEqual(before);
});

test('a key that is damaged is made anew, and the others stay', async () => {
  const secrets = new FakeSecrets();
  await prepareInstallationKeys(secrets, settle);
  const approval = await installationKey(secrets, 'approval');
  secrets.entries.set('key/freeze', 'nonsense');
  await prepareInstallationKeys(secrets, async () => undefined);
  expect(await installationKey(secrets, 'freeze')).toMatch(/^[0-9a-f]{64}$/);
  expect(await installationKey(secrets, 'approval')).toBe(approval);
});
