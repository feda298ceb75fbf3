import { narrowApproved } from '../core/policy/compare/approval.ts';
import { policyChanges } from '../core/policy/compare/changes.ts';
import { completePolicy } from '../core/policy/editor/complete.ts';
import { fixesFor } from '../core/policy/editor/fixes.ts';
import { hoverPolicy } from '../core/policy/editor/hover.ts';
import { learnPolicy, tightenPolicy } from '../core/policy/learn/learn.ts';
import { openForLearning } from '../core/policy/learn/learningRules.ts';
import { rulesUsed } from '../core/policy/learn/rulesUsed.ts';
import { lintPolicy } from '../core/policy/lint/lint.ts';
import { runPolicyTests } from '../core/policy/lint/policyTests.ts';
import type { ReadPolicy } from '../core/policy/model/policy.ts';
import { parsePolicy } from '../core/policy/read/parse.ts';
import { outlinePolicy } from '../core/policy/text/outline.ts';
import { TreeCache } from '../core/policy/text/treeCache.ts';
import { POLICY_ROLE, type PolicyJobs } from './policyJobs.ts';
import { readOnce } from './readOnce.ts';
import { serveJobs } from './serveJobs.ts';

// Apart from policyParser.ts, so that whoever only asks does not load the YAML library.

/**
 * The policy language for one thread. What decides reads whole texts; what an editor is shown is read from the parts that
 * changed since the last look.
 */
export function policyJobs(parse: ReadPolicy = parsePolicy): PolicyJobs {
  const trees = new TreeCache();
  const read = readOnce(parse);
  const readTyped = readOnce((text, author) => parsePolicy(text, author, trees.read));
  return {
    parse: read,
    lint: (text, context) => lintPolicy(read(text, 'user'), context),
    narrow: (approved, written) => narrowApproved(approved, written, read),
    changes: (approved, written, once) => policyChanges(approved, written, once, read),
    look: (text, { calls, ...context }) => {
      const document = readTyped(text, 'user');
      const { policy } = document;
      const usedRules = policy && calls && rulesUsed(policy, calls);
      const problems = lintPolicy(document, { ...context, ...(usedRules ? { usedRules } : {}) });
      if (!policy || policy.tests.length === 0) return { problems };
      const failed = runPolicyTests(policy).filter(({ ok }) => !ok).length;
      return { problems, tests: { total: policy.tests.length, failed } };
    },
    outline: outlinePolicy,
    complete: completePolicy,
    hover: (text, offset, calls) => hoverPolicy(text, offset, readTyped(text, 'user').policy, calls),
    fixes: (text, problems) => problems.map((problem) => fixesFor(text, problem)),
    open: openForLearning,
    learn: learnPolicy,
    tighten: tightenPolicy,
  };
}

/** True in a thread that was started for policy texts; it then does jobs, and the caller must do nothing else. */
export function servePolicyJobs(): boolean {
  return serveJobs(POLICY_ROLE, policyJobs());
}
