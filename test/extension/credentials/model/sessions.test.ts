import { expect, test } from 'vitest';
import { Secret } from '../../../../src/core/secret.ts';
import { credentialSetOf } from '../../../../src/extension/credentials/model/credentialSet.ts';
import { CredentialStore } from '../../../../src/extension/credentials/model/credentialStore.ts';
import { Sessions } from '../../../../src/extension/credentials/model/sessions.ts';
import { FakeMetadata, FakeSecrets } from '../../support/fakes.ts';

const TOKENS = ['one', 'two'].map((word) => `session-token-${word}-0123456789`);
const WANTED = { service: 'github', provider: 'github', scopes: ['repo'], refused: false } as const;

test('a session’s token is passed on, and a refused one is not given again until VS Code has another', async () => {
  let present: string | undefined = TOKENS[0];
  const asked: unknown[] = [];
  const sessions = new Sessions(async (provider, scopes) => {
    asked.push([provider, scopes]);
    return present === undefined ? undefined : { accessToken: present };
  });
  expect((await sessions.token(WANTED))?.expose('fingerprint')).toBe(TOKENS[0]);
  expect(asked).toEqual([['github', ['repo']]]);
  expect(await sessions.token({ ...WANTED, refused: true })).toBeUndefined();
  expect(await sessions.token(WANTED)).toBeUndefined();
  expect((await sessions.token({ ...WANTED, service: 'other' }))?.expose('fingerprint')).toBe(TOKENS[0]);
  present = TOKENS[1];
  expect((await sessions.token(WANTED))?.expose('fingerprint')).toBe(TOKENS[1]);
  present = undefined;
  expect(await sessions.token(WANTED)).toBeUndefined();
});

test('a session that was refused is tried again once the user allowed it again', async () => {
  const sessions = new Sessions(async () => ({ accessToken: TOKENS[0] ?? '' }));
  await sessions.token(WANTED, 1);
  expect(await sessions.token({ ...WANTED, refused: true }, 1)).toBeUndefined();
  expect(await sessions.token(WANTED, 1)).toBeUndefined();
  expect((await sessions.token(WANTED, 2))?.expose('fingerprint')).toBe(TOKENS[0]);
  expect(await sessions.token({ ...WANTED, refused: true }, 2)).toBeUndefined();
});

test('a permission for a session is kept without any value, goes to the gateway, and can be revoked', async () => {
  const secrets = new FakeSecrets();
  const id = { scope: 'user', service: 'github' } as const;
  const binding = { origin: 'https://api.github.com', placement: 'vscode-session:github' };
  const open = (): CredentialStore => new CredentialStore({ secrets, metadata: new FakeMetadata(), now: () => 5 });
  const store = open();
  const before = new Secret('a-token-that-was-pasted-before');
  await store.put(id, before, binding);
  await store.putSession(id, binding);
  const other = open();
  await other.load();
  expect(other.get(id)).toEqual({ state: 'session', id, binding, createdAt: 5 });
  const ids = new Map([['github', id]]);
  const told = credentialSetOf(ids, other.all(), other.retired());
  expect(told.sessions).toEqual([{ service: 'github', binding }]);
  expect(told.current).toEqual([]);
  expect(told.retired.map(({ value }) => value.equals(before))).toEqual([true]);

  const revoking = other.revoke(id);
  expect(credentialSetOf(ids, other.all(), other.retired()).sessions).toEqual([]);
  await revoking;
  expect(other.get(id)?.state).toBe('revoked');
});
