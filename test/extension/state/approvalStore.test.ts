import { describe, expect, test } from 'vitest';
import { ApprovalNotSavedError, ApprovalStore } from '../../../src/extension/state/approvalStore.ts';
import { FakeSecrets, FakeTexts, noPause } from '../support/fakes.ts';

function setUp() {
  const texts = new FakeTexts();
  const secrets = new FakeSecrets();
  return { texts, secrets, store: new ApprovalStore({ texts, secrets, installation: '/storage', pause: noPause }) };
}

test('gives back what was approved, with its date and its services', async () => {
  const { store } = setUp();
  expect(await store.read('user')).toEqual({ kind: 'none' });
  await store.write('user', 'services: {}\n', ['stripe'], 42);
  expect(await store.read('user')).toEqual({
    kind: 'approved',
    text: 'services: {}\n',
    services: ['stripe'],
    at: 42,
  });
});

test('the text alone is no approval: without its hash nothing is approved', async () => {
  const { store, secrets, texts } = setUp();
  await store.write('user', 'services: {}\n', [], 1);
  secrets.entries.clear();
  const reopened = new ApprovalStore({ texts, secrets, installation: '/storage', pause: noPause });
  expect(await reopened.read('user')).toEqual({ kind: 'none' });
});

test('an older approved text that is put back is no approval either', async () => {
  const { store, texts } = setUp();
  await store.write('user', 'old', ['stripe'], 1);
  const old = texts.files.get('user.yaml') ?? '';
  await store.write('user', 'new', ['stripe'], 2);
  texts.files.set('user.yaml', old);
  expect(await store.read('user')).toEqual({ kind: 'broken', services: ['stripe'] });
});

test('a storage that does not keep the hash is noticed, and nothing counts as approved', async () => {
  const { store, secrets } = setUp();
  await store.write('user', 'old', ['stripe'], 1);
  const key = [...secrets.entries.keys()].find((name) => name.startsWith('approval/'));
  secrets.losing.add(key ?? '');
  await expect(store.write('user', 'new', ['stripe'], 2)).rejects.toBeInstanceOf(ApprovalNotSavedError);
  expect((await store.read('user')).kind).toBe('broken');
});

describe('windows that do not see each other’s SecretStorage', () => {
  /** A second window: the same folder, and SecretStorage as it was when the window was opened. */
  function second({ texts, secrets }: ReturnType<typeof setUp>) {
    const own = new FakeSecrets();
    for (const [key, value] of secrets.entries) own.entries.set(key, value);
    return {
      secrets: own,
      store: new ApprovalStore({ texts, secrets: own, installation: '/storage', pause: noPause }),
    };
  }

  test('meet each other’s approvals all the same, whoever writes next', async () => {
    const first = setUp();
    await first.store.write('user', 'one', ['stripe'], 1);
    const other = second(first);
    await first.store.write('user', 'two', ['stripe'], 2);
    expect(await other.store.read('user')).toMatchObject({ kind: 'approved', text: 'two', at: 2 });
    await other.store.write('user', 'three', ['stripe'], 3);
    expect(await first.store.read('user')).toMatchObject({ kind: 'approved', text: 'three', at: 3 });
  });

  test('take no older approval back, though it was signed once', async () => {
    const first = setUp();
    await first.store.write('user', 'wide', ['stripe'], 1);
    const other = second(first);
    const wide = new Map(first.texts.files);
    await first.store.write('user', 'narrow', ['stripe'], 1, 'wide');
    expect(await other.store.read('user')).toMatchObject({ text: 'narrow' });
    for (const [name, text] of wide) first.texts.files.set(name, text);
    expect((await first.store.read('user')).kind).toBe('broken');
    expect((await other.store.read('user')).kind).toBe('broken');
  });

  test('take no record for another file, another installation, or without a signature', async () => {
    const { texts, secrets, store } = setUp();
    await store.write('user', 'mine', ['stripe'], 1);
    const signed = texts.files.get('user.yaml.json') ?? '';
    secrets.entries.delete([...secrets.entries.keys()].find((name) => name.startsWith('approval/')) ?? '');
    expect(await store.read('user')).toMatchObject({ kind: 'approved', text: 'mine' });

    const elsewhere = new ApprovalStore({ texts, secrets, installation: '/elsewhere', pause: noPause });
    expect(await elsewhere.read('user')).toEqual({ kind: 'none' });
    const forged = JSON.stringify({ ...JSON.parse(signed), mac: 'a'.repeat(64) });
    texts.files.set('user.yaml.json', forged);
    expect(await store.read('user')).toEqual({ kind: 'none' });
  });

  test('wait for each other: a text whose record is not there yet is looked at again', async () => {
    const { texts, secrets } = setUp();
    const pause = async (): Promise<void> => void texts.files.set('user.yaml', 'old');
    const store = new ApprovalStore({ texts, secrets, installation: '/storage', pause });
    await store.write('user', 'old', ['stripe'], 1);
    texts.files.set('user.yaml', 'new');
    expect(await store.read('user')).toMatchObject({ kind: 'approved', text: 'old' });
  });
});
