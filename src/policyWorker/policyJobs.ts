import type { narrowApproved } from '../core/policy/compare/approval.ts';
import type { policyChanges } from '../core/policy/compare/changes.ts';
import type { Completion, CompletionContext } from '../core/policy/editor/complete.ts';
import type { PolicyHover } from '../core/policy/editor/hover.ts';
import type { PolicyFix } from '../core/policy/editor/policyFix.ts';
import type { Proposal } from '../core/policy/learn/learn.ts';
import type { PastCall } from '../core/policy/learn/rulesUsed.ts';
import type { LintContext } from '../core/policy/lint/lintContext.ts';
import type { PolicyAuthor, PolicyDocument } from '../core/policy/model/policy.ts';
import type { OutlineItem } from '../core/policy/text/outline.ts';
import type { Problem } from '../core/text/problem.ts';
import type { Look, LookContext } from './look.ts';

/** What a thread for policy texts can be asked; arguments and results are plain data. */
export interface PolicyJobs {
  readonly parse: (text: string, author: PolicyAuthor) => PolicyDocument;
  /** The problems of a text, and what is unwise in it. */
  readonly lint: (text: string, context?: LintContext) => readonly Problem[];
  readonly narrow: (...texts: Parameters<typeof narrowApproved>) => string;
  readonly changes: (...texts: Parameters<typeof policyChanges>) => ReturnType<typeof policyChanges>;
  /** What an editor shows of a text while it is written. */
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

/** How a bundle knows that it was started as such a thread. */
export const POLICY_ROLE = 'valet-key-policy';
