import { phrase } from '../../text/phrase.ts';
import type { Problem } from '../../text/problem.ts';
import { ProblemList } from '../../text/problems.ts';
import type { PolicyDocument } from '../model/policy.ts';
import type { Server } from '../model/server.ts';
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
  for (const server of policy.servers.values()) lintServerName(server, problems);
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

/**
 * Clients put their own words, those of the entry and the server's name before each tool's (`mcp__valet-key-NAME__TOOL`), and the
 * APIs of models take 64 characters: some clients cut what is longer, others lose all tools of the server.
 */
const MAX_SERVER_NAME = 20;

function lintServerName({ name, span }: Server, problems: ProblemList): void {
  if (name.length <= MAX_SERVER_NAME) return;
  problems.information(
    'long-server-name',
    span,
    phrase`Clients put the server's name before the names of its tools, and models take 64 characters in all. Some clients cut longer names or drop the tools. Use a name of at most ${MAX_SERVER_NAME} characters.`,
    { data: { service: name } },
  );
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
