import { expect, test } from 'vitest';
import { Secret } from '../../../../src/core/secret.ts';
import type { CredentialId } from '../../../../src/extension/credentials/model/credentialId.ts';
import type { CredentialRecord } from '../../../../src/extension/credentials/model/credentialStore.ts';
import { leftOver } from '../../../../src/extension/credentials/model/leftOver.ts';

const FOLDER = `folder-${'0'.repeat(32)}` as const;
const BINDING = { origin: 'https://api.example.com', placement: 'bearer' };

function present(id: CredentialId): CredentialRecord {
  return { state: 'present', id, value: new Secret('a value of the test'), binding: BINDING, createdAt: 1 };
}

test('a credential is left over when no policy names it in its own scope, and it is still kept', () => {
  const named = [{ credentialId: { scope: 'user', service: 'stripe' } }] as const;
  const records: CredentialRecord[] = [
    present({ scope: 'user', service: 'wiki' }),
    present({ scope: 'user', service: 'stripe' }),
    present({ scope: FOLDER, service: 'stripe' }),
    { state: 'session', id: { scope: 'user', service: 'github' }, binding: BINDING, createdAt: 1 },
    { state: 'revoked', id: { scope: 'user', service: 'gone' }, revokedAt: 1 },
    { state: 'missing', id: { scope: 'user', service: 'lost' }, last4: '', createdAt: 1 },
  ];
  expect(leftOver(records, named).map(({ id }) => `${id.scope}/${id.service}`)).toEqual([
    `${FOLDER}/stripe`,
    'user/github',
    'user/wiki',
  ]);
});
