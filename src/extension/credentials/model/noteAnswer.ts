import type { AuditEvent } from '../../../core/audit/auditEvent.ts';
import type { CredentialId } from './credentialId.ts';
import type { CredentialStore } from './credentialStore.ts';

/** A call went out by a rule, or by the user's word. */
const CALLS = ['allow', 'ask'];

/**
 * Learns from an audit event when a credential was last used, and whether the API took it. A verification is left out:
 * it may have been of a value that is not stored, and says itself what it found. An upstream MCP server that answers took its
 * credential, whatever its tool says; one that refuses it is a refused call.
 */
export async function noteAnswer(
  event: AuditEvent,
  ids: () => ReadonlyMap<string, CredentialId>,
  store: Pick<CredentialStore, 'noteAnswer'>,
): Promise<void> {
  const { kind, verdict, service, status, credential } = event;
  if (kind !== 'outcome' || !CALLS.includes(verdict ?? '') || !credential) return;
  const answered = status ?? serverStatus(event);
  // A service's credential has its name; a server says which of its own it was.
  const id = ids().get(status === undefined ? credential.name : (service ?? ''));
  if (id && answered !== undefined) await store.noteAnswer(id, credential.last4, answered);
}

/** What a call to an upstream MCP server comes to in HTTP's words. */
function serverStatus({ result, code }: Pick<AuditEvent, 'result' | 'code'>): number | undefined {
  if (result !== undefined) return 200;
  return code === 'credential_rejected' ? 401 : undefined;
}
