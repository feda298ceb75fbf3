import type { narrowApproved } from '../core/policy/approval.ts';
import type { policyChanges } from '../core/policy/changes.ts';
import type { parsePolicy } from '../core/policy/parse.ts';

/** What the policy parser's worker can be asked; arguments and results are plain data. */
export interface Jobs {
  readonly parse: typeof parsePolicy;
  readonly narrow: typeof narrowApproved;
  readonly changes: typeof policyChanges;
}
export type JobName = keyof Jobs;

/** How a bundle knows that it was started as that worker. */
export const WORKER_ROLE = 'valet-key-policy-parser';
