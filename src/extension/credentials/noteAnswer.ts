import type { AuditEvent } from '../../core/audit/model.ts';
import type { CredentialId } from './credentialId.ts';
import type { CredentialStore } from './credentialStore.ts';

/**
 * Learns from an audit event when a credential was last used, and whether the API took it. A verification is left out:
 * it may have been of a value that is not stored, and says itself what it found.
 */
export async function noteAnswer(
  { kind, verdict, service, status, credential }: AuditEvent,
  ids: ReadonlyMap<string, CredentialId>,
  store: Pick<CredentialStore, 'noteAnswer'>,
): Promise<void> {
  if (kind !== 'outcome' || verdict !== 'allow' || status === undefined || !credential) return;
  const id = service === undefined ? undefined : ids.get(service);
  if (id) await store.noteAnswer(id, credential.last4, status);
}
