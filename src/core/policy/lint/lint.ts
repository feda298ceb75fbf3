import { phrase } from '../../text/phrase.ts';
import type { Problem } from '../../text/problem.ts';
import { ProblemList } from '../../text/problems.ts';
import type { PolicyDocument } from '../model/policy.ts';
import type { Service } from '../model/service.ts';
import { type LintContext, lintContext } from './lintContext.ts';
import { lintRules } from './lintRules.ts';
import { lintShadows } from './lintShadows.ts';
import { runPolicyTests } from './policyTests.ts';

/**
 * A document's problems, and what is unwise in it. A document with errors is not looked at further: what a rule with an
 * error means cannot be told. `context` is what the text alone does not say. In the order of the text. Pure.
 */
export function lintPolicy(document: PolicyDocument, context: LintContext = {}): readonly Problem[] {
  const { policy } = document;
  if (policy === undefined) return document.problems;
  const problems = new ProblemList(document.text);
  for (const service of policy.services.values()) {
    lintRules(service, problems);
    lintShadows(service, problems);
    lintLimits(service, problems);
  }
  lintContext(policy, context, problems);
  for (const { test, ok, got, reason, unknown } of runPolicyTests(policy)) {
    if (ok) continue;
    const message = phrase`This test expects ${test.expect} and gets ${got}. ${reason}`;
    if (unknown === undefined) problems.warning('failing-test', test.span, message);
    else
      problems.warning(
        'failing-test',
        test.targetSpan,
        message,
        unknown.meant === undefined ? {} : { suggestion: unknown.meant },
      );
  }
  return [...document.problems, ...problems.items].sort((a, b) => a.span.start - b.span.start);
}

function lintLimits({ name, limits, span }: Service, problems: ProblemList): void {
  if (limits.perAgent && limits.requests === undefined) {
    problems.warning(
      'limit-without-effect',
      span,
      phrase`\`perAgent\` counts nothing without \`requests\`. Add \`requests: 60/minute\`, or remove it.`,
      {
        data: { service: name },
      },
    );
  }
}
