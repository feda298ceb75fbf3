import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import type { CredentialId } from '../../../src/extension/credentials/credentialId.ts';
import { CredentialStore } from '../../../src/extension/credentials/credentialStore.ts';
import { CredentialNotKeptError } from '../../../src/extension/credentials/keptSecret.ts';
import { RETIRED_FOR_MS } from '../../../src/extension/credentials/retiredValues.ts';
import { FakeMetadata, FakeSecrets } from '../support/fakes.ts';

const STRIPE: CredentialId = { scope: 'user', service: 'stripe' };
const BINDING = { origin: 'https://api.stripe.com', placement: 'bearer' };
const OTHER_BINDING = { origin: 'https://api.other.example', placement: 'query:key' };
const OLD = ['value', 'number', 'one', 'aaaa'].join('-');
const NEW = ['value', 'number', 'two', 'bbbb'].join('-');

function setUp(now = 1000) {
  const secrets = new FakeSecrets();
  const metadata = new FakeMetadata();
  const clock = { now };
  const open = (): CredentialStore => new CredentialStore({ secrets, metadata, now: () => clock.now });
  return { secrets, metadata, clock, open, store: open() };
}

function currentValue(store: CredentialStore, id = STRIPE): string | undefined {
  const record = store.get(id);
  return record?.state === 'present' ? record.value.expose('fingerprint') : undefined;
}

describe('what is stored', () => {
  test('is the value together with its binding, in one entry', async () => {
    const { secrets, store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING);
    const entry = JSON.parse(secrets.entries.get('credential/user/stripe') ?? '');
    expect(entry).toEqual({ state: 'present', value: OLD, binding: BINDING, createdAt: 1000 });
  });

  test('comes back in another window, with value, binding and dates', async () => {
    const { clock, open, store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING);
    clock.now = 2000;
    await store.put(STRIPE, new Secret(NEW), OTHER_BINDING);
    const other = open();
    await other.load();
    expect(currentValue(other)).toBe(NEW);
    expect(other.get(STRIPE)).toMatchObject({ binding: OTHER_BINDING, createdAt: 1000, rotatedAt: 2000 });
  });

  test('is in globalState by date and last four only', async () => {
    const { metadata, store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING);
    expect(metadata.get('credentials')).toEqual({
      'user/stripe': { createdAt: 1000, last4: 'aaaa', fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect([...metadata.entries.values()].join()).not.toContain(OLD);
  });

  test('never shows the value when a record is printed', async () => {
    const { store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING);
    expect(inspect(store.all(), { depth: 9 }) + JSON.stringify(store.all())).not.toContain(OLD);
  });

  test('is kept apart by scope', async () => {
    const { store } = setUp();
    const folder: CredentialId = { scope: `folder-${'a'.repeat(32)}`, service: 'stripe' };
    await store.put(STRIPE, new Secret(OLD), BINDING);
    await store.put(folder, new Secret(NEW), BINDING);
    expect([currentValue(store), currentValue(store, folder)]).toEqual([OLD, NEW]);
  });
});

describe('a storage that does not keep', () => {
  test('is noticed at once, and the credential does not count as there', async () => {
    const { secrets, store } = setUp();
    secrets.losing.add('credential/user/stripe');
    await expect(store.put(STRIPE, new Secret(OLD), BINDING)).rejects.toBeInstanceOf(CredentialNotKeptError);
    expect(store.get(STRIPE)).toBeUndefined();
  });

  test('leaves the old credential in use when a rotation is not kept', async () => {
    const { secrets, store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING);
    secrets.losing.add('credential/user/stripe');
    await expect(store.put(STRIPE, new Secret(NEW), BINDING)).rejects.toBeInstanceOf(CredentialNotKeptError);
    expect(currentValue(store)).toBe(OLD);
  });

  test('does not replace a value that it could not retire', async () => {
    const { secrets, store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING);
    secrets.losing.add('retired/user/stripe');
    await expect(store.put(STRIPE, new Secret(NEW), BINDING)).rejects.toBeInstanceOf(CredentialNotKeptError);
    expect(currentValue(store)).toBe(OLD);
  });

  test('does not stop later writes', async () => {
    const { secrets, store } = setUp();
    secrets.losing.add('credential/user/stripe');
    const first = store.put(STRIPE, new Secret(OLD), BINDING);
    await expect(first).rejects.toThrow();
    secrets.losing.clear();
    await store.put(STRIPE, new Secret(NEW), BINDING);
    expect(currentValue(store)).toBe(NEW);
  });
});

describe('reconciliation on start', () => {
  test('shows a credential that vanished as missing', async () => {
    const { secrets, open, store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING);
    secrets.entries.clear();
    const later = open();
    await later.load();
    expect(later.get(STRIPE)).toEqual({ state: 'missing', id: STRIPE, last4: 'aaaa', createdAt: 1000 });
  });

  test('shows one that came back damaged as missing, and leaves the entry alone', async () => {
    const { secrets, open, store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING);
    secrets.entries.set('credential/user/stripe', '{"state":"present"');
    const later = open();
    await later.load();
    expect(later.get(STRIPE)?.state).toBe('missing');
    expect(secrets.entries.has('credential/user/stripe')).toBe(true);
  });

  test('takes an entry that the index does not know, and never deletes it', async () => {
    const { secrets, metadata, open, store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING);
    metadata.entries.clear();
    const later = open();
    await later.load();
    expect(currentValue(later)).toBe(OLD);
    expect(secrets.entries.has('credential/user/stripe')).toBe(true);
    expect(metadata.get('credentials')).toEqual({
      'user/stripe': { createdAt: 1000, last4: 'aaaa', fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  test('ignores keys that are not credentials', async () => {
    const { secrets, store } = setUp();
    secrets.entries.set('credential/../../etc', '{}');
    secrets.entries.set('freeze', '{}');
    await store.load();
    expect(store.all()).toEqual([]);
  });

  test('drops what another window removed altogether', async () => {
    const { secrets, metadata, store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING);
    secrets.entries.clear();
    metadata.entries.clear();
    await store.load();
    expect(store.get(STRIPE)).toBeUndefined();
  });
});

describe('order', () => {
  test('writes to one service take effect in the order they were asked for, however long each takes', async () => {
    const { secrets, store } = setUp();
    let delay = 12;
    secrets.delay = () => {
      delay = Math.max(0, delay - 1);
      return delay;
    };
    const values = [1, 2, 3, 4].map((n) => `${OLD}-${n}`);
    await Promise.all(values.map((value) => store.put(STRIPE, new Secret(value), BINDING)));
    expect(currentValue(store)).toBe(`${OLD}-4`);
    expect(store.retired().map(({ value }) => value.expose('fingerprint'))).toEqual(values.slice(0, 3));
  });

  test('the old value is retired before the new one is stored', async () => {
    const { secrets, store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING);
    secrets.stored.length = 0;
    await store.put(STRIPE, new Secret(NEW), BINDING);
    expect(secrets.stored).toEqual(['retired/user/stripe', 'credential/user/stripe']);
  });
});

describe('retired values', () => {
  test('are kept for 24 hours, across restarts, and then forgotten', async () => {
    const { secrets, clock, open, store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING);
    await store.put(STRIPE, new Secret(NEW), BINDING);
    clock.now += RETIRED_FOR_MS - 1;
    const later = open();
    await later.load();
    expect(later.retired().map(({ value }) => value.expose('fingerprint'))).toEqual([OLD]);
    clock.now += 2;
    expect(later.retired()).toEqual([]);
    await later.load();
    expect(secrets.entries.has('retired/user/stripe')).toBe(false);
  });

  test('hold a revoked value too', async () => {
    const { store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING);
    await store.revoke(STRIPE);
    expect(store.get(STRIPE)).toMatchObject({ state: 'revoked', revokedAt: 1000 });
    expect(store.retired().map(({ value }) => value.expose('fingerprint'))).toEqual([OLD]);
  });
});

describe('revoke', () => {
  test('removes the value from the entry, leaves a mark, and is not taken for missing', async () => {
    const { secrets, open, store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING);
    await store.revoke(STRIPE);
    expect(secrets.entries.get('credential/user/stripe')).not.toContain(OLD);
    const later = open();
    await later.load();
    expect(later.get(STRIPE)?.state).toBe('revoked');
  });

  test('is lifted by entering a credential again', async () => {
    const { clock, store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING);
    await store.revoke(STRIPE);
    clock.now = 5000;
    await store.put(STRIPE, new Secret(NEW), BINDING);
    expect(store.get(STRIPE)).toMatchObject({ state: 'present', createdAt: 5000 });
  });
});
