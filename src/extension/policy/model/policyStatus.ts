import type { PolicyEntry } from './policyStore.ts';

/**
 * How one policy file stands, as people are told of it.
 * - `absent`: there is none, and none is missed.
 * - `missing`: what was approved of it is closed.
 * - `half-valid`: with errors; the last version without is active. `never-valid`: there is no such version.
 * - `waits`: something of it waits for the user.
 */
export type PolicyStatus = 'absent' | 'missing' | 'half-valid' | 'never-valid' | 'waits' | 'in-force';

export function policyStatusOf({ disk, written, closed, pending }: PolicyEntry): PolicyStatus {
  switch (disk) {
    case 'missing':
      return closed === undefined ? 'absent' : 'missing';
    case 'invalid':
      return written === undefined ? 'never-valid' : 'half-valid';
    case 'valid':
      return pending.length > 0 ? 'waits' : 'in-force';
  }
}

/**
 * Whether the user should hear of it without asking. A workspace's file that merely went with its branch, and whose
 * services no other file has, is none of that; nobody deletes the user policy by switching branches.
 */
export function isTrouble(entry: PolicyEntry): boolean {
  const standing = policyStatusOf(entry);
  if (standing === 'missing') return entry.id === 'user' || entry.pending.length > 0;
  return standing === 'half-valid' || standing === 'never-valid';
}
