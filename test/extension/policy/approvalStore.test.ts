import { expect, test } from 'vitest';
import { ApprovalNotKeptError, ApprovalStore } from '../../../src/extension/policy/approvalStore.ts';
import { FakeSecrets, FakeTexts } from '../support/fakes.ts';

function setUp() {
  const texts = new FakeTexts();
  const secrets = new FakeSecrets();
  return { texts, secrets, store: new ApprovalStore({ texts, secrets, installation: '/storage' }) };
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
  const { store, secrets } = setUp();
  await store.write('user', 'services: {}\n', [], 1);
  secrets.entries.clear();
  expect(await store.read('user')).toEqual({ kind: 'none' });
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
  const [key] = secrets.entries.keys();
  secrets.losing.add(key ?? '');
  await expect(store.write('user', 'new', ['stripe'], 2)).rejects.toBeInstanceOf(ApprovalNotKeptError);
  expect((await store.read('user')).kind).toBe('broken');
});
