import { type CredentialScope, credentialKey } from '../../credentials/model/credentialId.ts';
import { scopeOf } from '../../credentials/model/credentialSet.ts';
import type { PolicyEntry } from '../../policy/model/policyStore.ts';

/** Each upstream MCP server of this window and whose it is: the user's, or the folder's where only its policy has it. */
export function serverScopes(entries: readonly PolicyEntry[]): ReadonlyMap<string, CredentialScope> {
  const scopes = new Map<string, CredentialScope>();
  const inOrder = [...entries].sort((one, other) => Number(other.id === 'user') - Number(one.id === 'user'));
  for (const { id, writtenPolicy } of inOrder) {
    for (const name of writtenPolicy?.servers.keys() ?? []) if (!scopes.has(name)) scopes.set(name, scopeOf(id));
  }
  return scopes;
}

/** One text for one server, such as `user/github-mcp`: folders may have different servers of one name. */
export function serverKey(scope: CredentialScope, server: string): string {
  return credentialKey({ scope, service: server });
}

/** The servers that the user has approved and the file still names, in order of the alphabet. */
export function offeredServers(entries: readonly PolicyEntry[]): readonly string[] {
  return [...new Set(entries.flatMap(({ servers }) => servers ?? []))].sort();
}
