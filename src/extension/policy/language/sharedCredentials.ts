import { credentialKey } from '../../credentials/model/credentialId.ts';
import { credentialIds } from '../../credentials/model/credentialSet.ts';
import type { CredentialRecord } from '../../credentials/model/credentialStore.ts';
import type { PolicyEntry } from '../model/policyStore.ts';

/**
 * Groups of services of this window that have one and the same credential, each of two or more. Only names come out: the
 * values are compared where they are.
 */
export function sharedCredentials(
  entries: readonly PolicyEntry[],
  records: readonly CredentialRecord[],
): readonly (readonly string[])[] {
  const byKey = new Map(records.map((record) => [credentialKey(record.id), record]));
  const groups: { readonly value: (CredentialRecord & { state: 'present' })['value']; readonly names: string[] }[] = [];
  for (const [name, id] of credentialIds(entries)) {
    const record = byKey.get(credentialKey(id));
    if (record?.state !== 'present') continue;
    const group = groups.find(({ value }) => value.equals(record.value));
    if (group) group.names.push(name);
    else groups.push({ value: record.value, names: [name] });
  }
  return groups.flatMap(({ names }) => (names.length > 1 ? [names] : []));
}
