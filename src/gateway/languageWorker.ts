import { completePolicy } from '../core/policy/editor/complete.ts';
import { fixesFor } from '../core/policy/editor/fixes.ts';
import { hoverPolicy } from '../core/policy/editor/hover.ts';
import { learnPolicy, tightenPolicy } from '../core/policy/learn/learn.ts';
import { openForLearning } from '../core/policy/learn/learningRules.ts';
import { rulesUsed } from '../core/policy/learn/rulesUsed.ts';
import { lintPolicy } from '../core/policy/lint/lint.ts';
import { runPolicyTests } from '../core/policy/lint/policyTests.ts';
import type { PolicyDocument } from '../core/policy/model/policy.ts';
import { parsePolicy } from '../core/policy/read/parse.ts';
import { outlinePolicy } from '../core/policy/text/outline.ts';
import { TreeCache } from '../core/policy/text/treeCache.ts';
import { LANGUAGE_ROLE, type LanguageJobs } from './languageJobs.ts';
import { serveJobs } from './serveJobs.ts';

/** The policy language beside the extension host's event loop. A text is read once for all that is asked about it. */
function languageJobs(): LanguageJobs {
  const trees = new TreeCache();
  let last: PolicyDocument | undefined;
  const read = (text: string): PolicyDocument => {
    if (last?.text !== text) last = parsePolicy(text, 'person', trees.read);
    return last;
  };
  return {
    look: (text, { calls, ...context }) => {
      const document = read(text);
      const { policy } = document;
      const usedRules = policy && calls && rulesUsed(policy, calls);
      const problems = lintPolicy(document, { ...context, ...(usedRules ? { usedRules } : {}) });
      if (!policy || policy.tests.length === 0) return { problems };
      const failed = runPolicyTests(policy).filter(({ ok }) => !ok).length;
      return { problems, tests: { total: policy.tests.length, failed } };
    },
    outline: outlinePolicy,
    complete: (text, offset, context) => completePolicy(text, offset, context),
    hover: (text, offset, calls) => hoverPolicy(text, offset, read(text).policy, calls),
    fixes: (text, problems) => problems.map((problem) => fixesFor(text, problem)),
    open: openForLearning,
    learn: learnPolicy,
    tighten: tightenPolicy,
  };
}

/** True in a thread that was started for the language; it then serves jobs and the caller must do nothing else. */
export function serveLanguage(): boolean {
  return serveJobs(LANGUAGE_ROLE, languageJobs());
}
