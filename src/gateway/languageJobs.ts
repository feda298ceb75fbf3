import type { Completion, CompletionContext } from '../core/policy/editor/complete.ts';
import type { PolicyHover } from '../core/policy/editor/hover.ts';
import type { PolicyFix } from '../core/policy/editor/policyFix.ts';
import type { Proposal } from '../core/policy/learn/learn.ts';
import type { PastCall } from '../core/policy/learn/rulesUsed.ts';
import type { LintContext } from '../core/policy/lint/lintContext.ts';
import type { OutlineItem } from '../core/policy/text/outline.ts';
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

/** What the language's thread can be asked; arguments and results are plain data. */
export interface LanguageJobs {
  readonly look: (text: string, context: LookContext) => Look;
  readonly outline: (text: string) => readonly OutlineItem[];
  readonly complete: (text: string, offset: number, context: CompletionContext) => readonly Completion[];
  readonly hover: (text: string, offset: number, calls: readonly PastCall[]) => PolicyHover | undefined;
  /** The fixes of each problem, in the order of the problems. */
  readonly fixes: (text: string, problems: readonly Problem[]) => readonly (readonly PolicyFix[])[];
  /** See `openForLearning`. */
  readonly open: (text: string, service: string) => string | undefined;
  readonly learn: (text: string, calls: readonly PastCall[]) => Proposal;
  readonly tighten: (text: string, calls: readonly PastCall[]) => Proposal;
}

/** How the bundle knows that it was started as that thread. */
export const LANGUAGE_ROLE = 'valet-key-policy-language';
