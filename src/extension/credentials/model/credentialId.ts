import { createHash } from 'node:crypto';

/**
 * Whose credential: a service of the user policy, or one that a single workspace folder's policy has. Folder scopes
 * carry a hash, because a folder's address may hold characters that a key should not.
 */
export type CredentialScope = 'user' | `folder-${string}`;

export interface CredentialId {
  readonly scope: CredentialScope;
  /** The service's name in its policy. */
  readonly service: string;
}

/** One text for one credential, such as `user/stripe`. */
export function credentialKey(id: CredentialId): string {
  return `${id.scope}/${id.service}`;
}

/** Reads what {@link credentialKey} wrote; undefined for anything else. */
export function parseCredentialKey(key: string): CredentialId | undefined {
  const match = /^(user|folder-[0-9a-f]{32})\/([a-z][a-z0-9-]{0,62})$/.exec(key);
  if (!match) return undefined;
  return { scope: match[1] as CredentialScope, service: match[2] as string };
}

/** The scope of services that only this workspace folder's policy has. */
export function folderScope(folderUri: string): CredentialScope {
  return `folder-${createHash('sha256').update(folderUri).digest('hex').slice(0, 32)}`;
}
