import { expect, test } from 'vitest';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { Secret } from '../../../../src/core/secret.ts';
import type { CredentialId } from '../../../../src/extension/credentials/model/credentialId.ts';
import type { CredentialRecord } from '../../../../src/extension/credentials/model/credentialStore.ts';
import { sharedCredentials } from '../../../../src/extension/policy/language/sharedCredentials.ts';
import type { PolicyEntry } from '../../../../src/extension/policy/model/policyStore.ts';

function entry(...names: readonly string[]): PolicyEntry {
  const text = `services:\n${names.map((name) => `  ${name}: { baseUrl: https://api.example.com, auth: { type: bearer }, policies: [] }\n`).join('')}`;
  const { policy } = parsePolicy(text);
  if (!policy) throw new Error('The test’s own policy has errors.');
  return {
    id: 'user',
    label: 'valetkey.yaml',
    disk: 'valid',
    text,
    written: text,
    writtenPolicy: policy,
    approval: { kind: 'none' },
    pending: [],
  };
}

function present(service: string, value: string): CredentialRecord {
  const id: CredentialId = { scope: 'user', service };
  const binding = { origin: 'https://api.example.com', placement: 'bearer' };
  return { state: 'present', id, value: new Secret(value), binding, createdAt: 1 };
}

test('services with one and the same credential are found, by name alone', () => {
  const value = ['same', 'value', 'of', 'both'].join('-');
  const records = [
    present('shop', value),
    present('shop-live', value),
    present('other', 'a-value-of-its-own'),
    { state: 'revoked', id: { scope: 'user', service: 'gone' }, revokedAt: 1 } as const,
    // Of a service that no file of this window has.
    present('elsewhere', value),
  ];
  const groups = sharedCredentials([entry('shop', 'shop-live', 'other', 'gone', 'bare')], records);
  expect(groups).toEqual([['shop', 'shop-live']]);
  expect(JSON.stringify(groups)).not.toContain(value);
});
