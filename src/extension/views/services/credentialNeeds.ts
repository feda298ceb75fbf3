import type { PolicyEntry } from '../../policy/policyBook.ts';
import type { ServiceSummary } from './serviceList.ts';

/** What a repository's policy still needs before its services can be used. */
export interface CredentialNeeds {
  /** How many services the workspace's files name. */
  readonly total: number;
  /** Those without a credential, in order of the alphabet. A revoked one was removed on purpose, and is not asked for. */
  readonly missing: readonly ServiceSummary[];
  /** The file with the first of them. */
  readonly policyId?: string;
}

export function credentialNeeds(entries: readonly PolicyEntry[], list: readonly ServiceSummary[]): CredentialNeeds {
  const files = entries.filter(({ id }) => id.startsWith('workspace:'));
  const named = new Set(files.flatMap(({ writtenPolicy }) => [...(writtenPolicy?.services.keys() ?? [])]));
  const services = list.filter(({ name }) => named.has(name));
  const missing = services.filter(({ credential }) => credential === undefined || credential.state === 'missing');
  const [first] = missing;
  const file = first && files.find(({ writtenPolicy }) => writtenPolicy?.services.has(first.name));
  return { total: services.length, missing, ...(file ? { policyId: file.id } : {}) };
}
