import type { PastCall } from '../core/policy/learn/rulesUsed.ts';
import type { LintContext } from '../core/policy/lint/lintContext.ts';
import type { Problem } from '../core/text/problem.ts';

/** What a look at a policy text takes besides the text. */
export interface LookContext extends Omit<LintContext, 'usedRules'> {
  /** The calls of the last 30 days; absent when it is not known what was called all that time. */
  readonly calls?: readonly PastCall[];
}

/** What a look at a policy text found. */
export interface Look {
  readonly problems: readonly Problem[];
  /** How the file's tests went; absent when it has none, or an error. */
  readonly tests?: { readonly total: number; readonly failed: number };
}
