import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../../../src/core/secret.ts';
import { CredentialNotSavedError } from '../../../../src/extension/credentials/model/checkedSecret.ts';
import type { CredentialId } from '../../../../src/extension/credentials/model/credentialId.ts';
import { CredentialStore } from '../../../../src/extension/credentials/model/credentialStore.ts';
import { RETIRED_FOR_MS, UNDO_FOR_MS } from '../../../../src/extension/credentials/model/retiredValues.ts';
import { FakeMetadata, FakeSecrets } from '../../support/fakes.ts';

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
    await expect(store.put(STRIPE, new Secret(OLD), BINDING)).rejects.toBeInstanceOf(CredentialNotSavedError);
    expect(store.get(STRIPE)).toBeUndefined();
  });

  test('leaves the old credential in use when a rotation is not kept', async () => {
    const { secrets, store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING);
    secrets.losing.add('credential/user/stripe');
    await expect(store.put(STRIPE, new Secret(NEW), BINDING)).rejects.toBeInstanceOf(CredentialNotSavedError);
    expect(currentValue(store)).toBe(OLD);
  });

  test('does not replace a value that it could not retire', async () => {
    const { secrets, store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING);
    secrets.losing.add('retired/user/stripe');
    await expect(store.put(STRIPE, new Secret(NEW), BINDING)).rejects.toBeInstanceOf(CredentialNotSavedError);
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

  test('takes the value out of use at once, however long SecretStorage takes', async () => {
    const { secrets, store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING);
    const seen: (string | undefined)[] = [];
    store.onDidChange(() => seen.push(store.get(STRIPE)?.state));
    secrets.delay = () => 20;
    const done = store.revoke(STRIPE);
    expect(seen).toEqual(['revoked']);
    expect(store.all().map(({ state }) => state)).toEqual(['revoked']);
    expect(store.retired().map(({ value }) => value.expose('fingerprint'))).toEqual([OLD]);
    await done;
    expect(new Set(seen)).toEqual(new Set(['revoked']));
    expect(store.retired().map(({ value }) => value.expose('fingerprint'))).toEqual([OLD]);
  });

  test('keeps the value out of use where SecretStorage does not take the removal, and says so', async () => {
    const { secrets, store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING);
    secrets.losing.add('credential/user/stripe');
    await expect(store.revoke(STRIPE)).rejects.toBeInstanceOf(CredentialNotSavedError);
    await store.load();
    expect(store.get(STRIPE)?.state).toBe('revoked');
    secrets.losing.clear();
    await store.put(STRIPE, new Secret(NEW), BINDING);
    expect(store.get(STRIPE)?.state).toBe('present');
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

describe('undoing a rotation', () => {
  const LATER = ['value', 'number', 'three', 'cccc'].join('-');

  async function rotated() {
    const all = setUp();
    await all.store.put(STRIPE, new Secret(OLD), BINDING);
    all.clock.now = 2000;
    await all.store.put(STRIPE, new Secret(NEW), BINDING);
    return all;
  }

  test('is offered for ten minutes, by the last four characters, also in another window', async () => {
    const { clock, open, store } = await rotated();
    expect(store.undoOffer(STRIPE)).toEqual({ last4: 'aaaa', until: 2000 + UNDO_FOR_MS });
    const other = open();
    await other.load();
    expect(other.undoOffer(STRIPE)).toEqual(store.undoOffer(STRIPE));
    clock.now = 2000 + UNDO_FOR_MS;
    expect(store.undoOffer(STRIPE)).toBeUndefined();
  });

  test('brings the value back as it was, and retires the one that replaced it', async () => {
    const { store, open } = await rotated();
    expect(await store.undoRotation(STRIPE)).toBe('undone');
    expect(currentValue(store)).toBe(OLD);
    expect(store.get(STRIPE)).toMatchObject({ createdAt: 1000, binding: BINDING });
    expect(store.get(STRIPE)).not.toHaveProperty('rotatedAt');
    expect(store.retired().map(({ value }) => value.expose('fingerprint'))).toContain(NEW);
    const other = open();
    await other.load();
    expect(currentValue(other)).toBe(OLD);
  });

  test('is possible once', async () => {
    const { store } = await rotated();
    await store.undoRotation(STRIPE);
    expect(store.undoOffer(STRIPE)).toBeUndefined();
    expect(await store.undoRotation(STRIPE)).toBe('nothing');
    expect(currentValue(store)).toBe(OLD);
  });

  test('says when it is too late', async () => {
    const { clock, store } = await rotated();
    clock.now = 2000 + UNDO_FOR_MS;
    expect(await store.undoRotation(STRIPE)).toBe('expired');
    expect(currentValue(store)).toBe(NEW);
  });

  test('goes back one rotation, never two', async () => {
    const { store } = await rotated();
    await store.put(STRIPE, new Secret(LATER), BINDING);
    expect(await store.undoRotation(STRIPE)).toBe('undone');
    expect(currentValue(store)).toBe(NEW);
    expect(await store.undoRotation(STRIPE)).toBe('nothing');
  });

  test.each([
    ['a revocation', (store: CredentialStore) => store.revoke(STRIPE)],
    ['another destination', (store: CredentialStore) => store.put(STRIPE, new Secret(LATER), OTHER_BINDING)],
    ['entering the same value again', (store: CredentialStore) => store.put(STRIPE, new Secret(NEW), BINDING)],
  ])('ends with %s', async (_what, act) => {
    const { store } = await rotated();
    await act(store);
    const now = currentValue(store);
    expect(store.undoOffer(STRIPE)).toBeUndefined();
    expect(await store.undoRotation(STRIPE)).toBe('nothing');
    expect(currentValue(store)).toBe(now);
  });

  test('keeps the present value when the old one cannot be stored', async () => {
    const { secrets, store } = await rotated();
    secrets.losing.add('credential/user/stripe');
    await expect(store.undoRotation(STRIPE)).rejects.toBeInstanceOf(CredentialNotSavedError);
    expect(currentValue(store)).toBe(NEW);
  });

  test('knows both values to the redactor at every step', async () => {
    const { secrets, store } = await rotated();
    const known: string[][] = [];
    const { store: keep } = secrets;
    secrets.store = async (key, text) => {
      await keep.call(secrets, key, text);
      const held = [...secrets.entries.values()].join();
      known.push([OLD, NEW].filter((value) => held.includes(value)));
    };
    await store.undoRotation(STRIPE);
    expect(known.length).toBeGreaterThanOrEqual(2);
    for (const values of known) expect(values).toEqual([OLD, NEW]);
  });
});

describe('what is known of a credential', () => {
  test('a fingerprint that equal values share, and nobody can make without the key', async () => {
    const { secrets, metadata, store } = setUp();
    const other: CredentialId = { scope: 'user', service: 'stripe-live' };
    await store.put(STRIPE, new Secret(OLD), BINDING);
    await store.put(other, new Secret(OLD), BINDING);
    const index = metadata.get('credentials') as Record<string, { fingerprint: string }>;
    expect(index['user/stripe']?.fingerprint).toBe(index['user/stripe-live']?.fingerprint);
    const elsewhere = setUp();
    await elsewhere.store.put(STRIPE, new Secret(OLD), BINDING);
    const second = elsewhere.metadata.get('credentials') as Record<string, { fingerprint: string }>;
    expect(second['user/stripe']?.fingerprint).not.toBe(index['user/stripe']?.fingerprint);
    expect(secrets.entries.get('key/fingerprint')).toMatch(/^[0-9a-f]{64}$/);
    expect(store.holders(new Secret(OLD))).toEqual([STRIPE, other]);
    expect(store.holders(new Secret(NEW))).toEqual([]);
  });

  test('one key, however many credentials are met at once for the first time', async () => {
    const { secrets, metadata, open, store } = setUp();
    const ids = ['a', 'b', 'c', 'd'].map((service): CredentialId => ({ scope: 'user', service }));
    for (const id of ids) await store.put(id, new Secret(OLD), BINDING);
    metadata.entries.clear();
    secrets.entries.delete('key/fingerprint');
    secrets.delay = () => 1;
    await open().load();
    const index = metadata.get('credentials') as Record<string, { fingerprint: string }>;
    expect(new Set(Object.values(index).map(({ fingerprint }) => fingerprint)).size).toBe(1);
  });

  test('what a verification found, as long as it is still that value', async () => {
    const { open, store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING, { condition: 'unverified' });
    expect(store.get(STRIPE)).toMatchObject({ condition: 'unverified' });
    await store.noteVerification(STRIPE, new Secret(OLD), { expiresAt: 9000 });
    expect(store.get(STRIPE)).toMatchObject({ expiresAt: 9000 });
    expect(store.get(STRIPE)).not.toHaveProperty('condition');
    await store.noteVerification(STRIPE, new Secret(NEW), { condition: 'rejected' });
    const other = open();
    await other.load();
    expect(other.get(STRIPE)).toMatchObject({ expiresAt: 9000 });
    expect(other.get(STRIPE)).not.toHaveProperty('condition');
  });

  test('a rotation starts with a clean slate', async () => {
    const { store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING, { condition: 'rejected', expiresAt: 9000 });
    await store.put(STRIPE, new Secret(NEW), BINDING);
    expect(store.get(STRIPE)).not.toHaveProperty('condition');
    expect(store.get(STRIPE)).not.toHaveProperty('expiresAt');
  });

  test('when an API last answered, noted once a minute, and a 401 at once until the next success', async () => {
    const { clock, metadata, store } = setUp(100_000);
    await store.put(STRIPE, new Secret(OLD), BINDING);
    const answers = async (status: number, after = 0, last4 = 'aaaa') => {
      clock.now += after;
      await store.noteAnswer(STRIPE, last4, status);
      const record = store.get(STRIPE);
      return record?.state === 'present' ? [record.lastUsedAt, record.condition] : undefined;
    };
    expect(await answers(200)).toEqual([100_000, undefined]);
    const written = metadata.entries.get('credentials');
    expect(await answers(200, 59_000)).toEqual([100_000, undefined]);
    expect(metadata.entries.get('credentials')).toBe(written);
    expect(await answers(401, 1)).toEqual([159_001, 'rejected']);
    expect(await answers(500, 1)).toEqual([159_001, 'rejected']);
    expect(await answers(204, 1)).toEqual([159_003, undefined]);
    expect(await answers(200, 60_000)).toEqual([219_003, undefined]);
    // An answer to a request that still carried the value from before a rotation.
    expect(await answers(401, 1, 'zzzz')).toEqual([219_003, undefined]);
  });

  test('nothing, of a credential that is not there', async () => {
    const { metadata, store } = setUp();
    await store.noteAnswer(STRIPE, 'aaaa', 401);
    await store.noteVerification(STRIPE, new Secret(OLD), { condition: 'rejected' });
    expect(metadata.get('credentials')).toBeUndefined();
    expect(store.get(STRIPE)).toBeUndefined();
  });
});

describe('removing everything', () => {
  const folder: CredentialId = { scope: `folder-${'a'.repeat(32)}`, service: 'stripe' };

  test('is counted first, and takes values, old values, marks and metadata', async () => {
    const { secrets, metadata, store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING);
    await store.put(STRIPE, new Secret(NEW), BINDING);
    await store.put(folder, new Secret(OLD), BINDING);
    await store.put({ scope: 'user', service: 'gone' }, new Secret(OLD), BINDING);
    await store.revoke({ scope: 'user', service: 'gone' });
    expect(await store.inventory()).toEqual({ current: 2, retired: 2 });
    await store.removeAll();
    expect([...secrets.entries.keys()].filter((key) => !key.startsWith('key/'))).toEqual([]);
    expect(metadata.get('credentials')).toBeUndefined();
    expect([store.all(), store.retired()]).toEqual([[], []]);
    expect(await store.inventory()).toEqual({ current: 0, retired: 0 });
  });

  test('takes what another profile stored, and what is damaged or has no name of ours', async () => {
    const { secrets, store } = setUp();
    secrets.entries.set('credential/user/unknown', '{"state":"present"');
    secrets.entries.set('credential/odd', 'x');
    secrets.entries.set('freeze', '{}');
    expect(await store.inventory()).toMatchObject({ current: 2 });
    await store.removeAll();
    expect([...secrets.entries.keys()]).toEqual(['freeze']);
  });

  test('fails aloud when one value stays', async () => {
    const { secrets, store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING);
    secrets.delete = async () => undefined;
    await expect(store.removeAll()).rejects.toBeInstanceOf(CredentialNotSavedError);
    expect(currentValue(store)).toBe(OLD);
  });

  test('shows in another window as gone, not as missing', async () => {
    const { open, store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING);
    const other = open();
    await other.load();
    await store.removeAll();
    await other.load();
    expect(other.get(STRIPE)).toBeUndefined();
  });
});

describe('another window', () => {
  test('learns of a rotation, a revocation and a new credential when it reads again, and says that something changed', async () => {
    const { open, store } = setUp();
    const other = open();
    await other.load();
    let changes = 0;
    other.onDidChange(() => {
      changes += 1;
    });
    await store.put(STRIPE, new Secret(OLD), BINDING);
    await other.load();
    expect(currentValue(other)).toBe(OLD);
    await store.put(STRIPE, new Secret(NEW), BINDING);
    await other.load();
    expect(currentValue(other)).toBe(NEW);
    expect(other.retired().map(({ value }) => value.expose('fingerprint'))).toEqual([OLD]);
    await store.revoke(STRIPE);
    await other.load();
    expect(other.get(STRIPE)?.state).toBe('revoked');
    expect(changes).toBe(3);
  });
});

describe('a command that gives the credential', () => {
  const COMMAND = { program: '/usr/bin/pass', args: ['show', 'stripe'], keepMs: 300_000 };

  test('is stored with its destination beside the other secrets, and comes back in another window', async () => {
    const { secrets, metadata, open, store } = setUp();
    await store.putCommand(STRIPE, COMMAND, BINDING);
    const stored = JSON.parse(secrets.entries.get('credential/user/stripe') ?? '');
    expect(stored).toEqual({ state: 'command', command: COMMAND, binding: BINDING, createdAt: 1000 });
    expect(JSON.stringify(metadata)).not.toContain('/usr/bin/pass');
    const other = open();
    await other.load();
    expect(other.get(STRIPE)).toMatchObject({ state: 'command', command: COMMAND, binding: BINDING });
  });

  test('comes in the place of a value, which answers are still cleaned of', async () => {
    const { store } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING);
    await store.putCommand(STRIPE, COMMAND, BINDING);
    expect(store.retired().map(({ value }) => value.expose('fingerprint'))).toEqual([OLD]);
    expect(await store.undoRotation(STRIPE)).toBe('nothing');
  });

  test('is out of use at once when it is revoked', async () => {
    const { store } = setUp();
    await store.putCommand(STRIPE, COMMAND, BINDING);
    const revoking = store.revoke(STRIPE);
    expect(store.get(STRIPE)?.state).toBe('revoked');
    await revoking;
    expect(store.get(STRIPE)?.state).toBe('revoked');
  });

  test.each([{ program: '' }, { args: 'show' }, { keepMs: 0 }])('that was damaged (%j) is none', async (damage) => {
    const { secrets, store } = setUp();
    const entry = { state: 'command', command: { ...COMMAND, ...damage }, binding: BINDING, createdAt: 1 };
    secrets.entries.set('credential/user/stripe', JSON.stringify(entry));
    await store.load();
    expect(store.get(STRIPE)).toBeUndefined();
  });
});

describe('the history of a credential', () => {
  test('says when and how it changed, and holds no value', async () => {
    const { clock, metadata, store, open } = setUp();
    await store.put(STRIPE, new Secret(OLD), BINDING);
    clock.now = 2000;
    await store.put(STRIPE, new Secret(NEW), BINDING);
    clock.now = 3000;
    await store.undoRotation(STRIPE);
    clock.now = 4000;
    await store.revoke(STRIPE);
    clock.now = 5000;
    await store.putCommand(STRIPE, { program: '/usr/bin/pass', args: ['x'], keepMs: 1 }, BINDING);
    clock.now = 6000;
    await store.putSession(STRIPE, BINDING);
    expect(open().historyOf(STRIPE)).toEqual([
      { at: 1000, how: 'added', last4: 'aaaa' },
      { at: 2000, how: 'rotated', last4: 'bbbb' },
      { at: 3000, how: 'undone', last4: 'aaaa' },
      { at: 4000, how: 'revoked', last4: '' },
      { at: 5000, how: 'command', last4: '' },
      { at: 6000, how: 'session', last4: '' },
    ]);
    const kept = inspect(metadata, { depth: 10 });
    for (const value of [OLD, NEW, '/usr/bin/pass']) expect(kept).not.toContain(value);
  });

  test('is no longer than it needs to be, knows no renewal, and goes with everything else', async () => {
    const { store } = setUp();
    for (let index = 0; index < 40; index += 1)
      await store.put(STRIPE, new Secret(`value-number-${1000 + index}`), BINDING);
    const before = store.historyOf(STRIPE);
    expect(before).toHaveLength(30);
    expect(before.at(-1)?.last4).toBe('1039');
    await store.renew(STRIPE, new Secret('value-number-1039'), { value: new Secret('value-number-2000') });
    expect(store.historyOf(STRIPE)).toEqual(before);
    await store.removeAll();
    expect(store.historyOf(STRIPE)).toEqual([]);
  });
});
