import type { narrowApproved } from '../core/policy/compare/approval.ts';
import type { policyChanges } from '../core/policy/compare/changes.ts';
import type { LintContext } from '../core/policy/lint/lintContext.ts';
import type { parsePolicy } from '../core/policy/read/parse.ts';
import type { Problem } from '../core/text/problem.ts';

/** What the policy parser's worker can be asked; arguments and results are plain data. */
export interface Jobs {
  readonly parse: typeof parsePolicy;
  /** The problems of a text, and what is unwise in it. */
  readonly lint: (text: string, context?: LintContext) => readonly Problem[];
  readonly narrow: typeof narrowApproved;
  readonly changes: typeof policyChanges;
}

/** How a bundle knows that it was started as that worker. */
export const WORKER_ROLE = 'valet-key-policy-parser';
