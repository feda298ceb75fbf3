import { expect, test } from 'vitest';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { folderScope } from '../../../../src/extension/credentials/model/credentialId.ts';
import { credentialIds, credentialSetOf, scopeOf } from '../../../../src/extension/credentials/model/credentialSet.ts';
import type { CredentialRecord } from '../../../../src/extension/credentials/model/credentialStore.ts';
import type { PolicyEntry } from '../../../../src/extension/policy/model/policyStore.ts';

const FOLDER = 'workspace:file:///home/me/shop';
const BINDING = { origin: 'https://api.example.com', placement: 'bearer' };

function entry(id: string, names: readonly string[], approved: readonly string[] = []): PolicyEntry {
  const text = `services:\n${names.map((name) => `  ${name}: { baseUrl: https://api.example.com, auth: { type: bearer } }\n`).join('')}`;
  const { policy } = parsePolicy(names.length === 0 ? '' : text);
  return {
    id,
    label: id,
    disk: 'valid',
    ...(policy ? { writtenPolicy: policy } : {}),
    approval: { kind: 'approved', text: '', services: approved, at: 0 },
    pending: [],
  };
}

function present(scope: CredentialRecord['id']['scope'], service: string, value: string): CredentialRecord {
  return { state: 'present', id: { scope, service }, value: new Secret(value), binding: BINDING, createdAt: 1 };
}

test('a service of the user policy has the user’s credential, one that only the folder has the folder’s', () => {
  const ids = credentialIds([entry(FOLDER, ['stripe', 'wiki']), entry('user', ['stripe'])]);
  expect(ids.get('stripe')).toEqual({ scope: 'user', service: 'stripe' });
  expect(ids.get('wiki')).toEqual({ scope: folderScope('file:///home/me/shop'), service: 'wiki' });
});

test('a service that was only taken out of the user file does not fall to the folder’s credential', () => {
  const ids = credentialIds([entry('user', [], ['stripe']), entry(FOLDER, ['stripe'])]);
  expect(ids.get('stripe')?.scope).toBe('user');
});

test('two folders have scopes of their own', () => {
  expect(scopeOf('workspace:file:///a')).not.toBe(scopeOf('workspace:file:///b'));
});

test('another window’s credential cannot be used here, and answers are cleaned of it', () => {
  const ids = credentialIds([entry('user', ['stripe'])]);
  const elsewhere = present(folderScope('file:///other'), 'stripe', 'value-of-the-other-folder');
  const set = credentialSetOf(ids, [present('user', 'stripe', 'value-of-the-user'), elsewhere], []);
  expect(set.current.map(({ value }) => value.expose('fingerprint'))).toEqual(['value-of-the-user']);
  expect(set.retired.map(({ value }) => value.expose('fingerprint'))).toEqual(['value-of-the-other-folder']);
});

test('a revoked credential is named as revoked where it counts, and nowhere else', () => {
  const ids = credentialIds([entry('user', ['stripe'])]);
  const revoked = (scope: CredentialRecord['id']['scope']): CredentialRecord => ({
    state: 'revoked',
    id: { scope, service: 'stripe' },
    revokedAt: 1,
  });
  expect(credentialSetOf(ids, [revoked('user')], []).revoked).toEqual(['stripe']);
  expect(credentialSetOf(ids, [revoked(folderScope('file:///other'))], []).revoked).toEqual([]);
});

test('the gateway is told which command gives a credential here, with the environment for it', () => {
  const ids = credentialIds([entry('user', ['stripe'])]);
  const chosen = (scope: CredentialRecord['id']['scope']): CredentialRecord => ({
    state: 'command',
    id: { scope, service: 'stripe' },
    command: { program: '/usr/bin/pass', args: ['show', 'stripe'], keepMs: 60_000 },
    binding: BINDING,
    createdAt: 7,
  });
  const environment = { PATH: '/usr/bin' };
  expect(credentialSetOf(ids, [chosen('user')], [], () => environment).commands).toEqual([
    {
      service: 'stripe',
      binding: BINDING,
      command: { program: '/usr/bin/pass', args: ['show', 'stripe'], environment },
      keepMs: 60_000,
      id: '7',
    },
  ]);
  expect(credentialSetOf(ids, [chosen(folderScope('file:///other'))], [], () => environment).commands).toEqual([]);
});
