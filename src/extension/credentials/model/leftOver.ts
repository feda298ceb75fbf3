import { type CredentialId, credentialKey } from './credentialId.ts';
import type { CredentialRecord } from './credentialStore.ts';

/** The credentials that are kept though none of `named` is one of them, in order of the alphabet. */
export function leftOver(
  records: readonly CredentialRecord[],
  named: readonly { readonly credentialId: CredentialId }[],
): readonly CredentialRecord[] {
  const wanted = new Set(named.map(({ credentialId }) => credentialKey(credentialId)));
  return records
    .filter(({ state, id }) => state !== 'revoked' && state !== 'missing' && !wanted.has(credentialKey(id)))
    .sort((one, other) => (credentialKey(one.id) < credentialKey(other.id) ? -1 : 1));
}
