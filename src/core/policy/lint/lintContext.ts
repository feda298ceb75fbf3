import { phrase } from '../../text/phrase.ts';
import type { ProblemList } from '../../text/problems.ts';
import type { Policy } from '../model/policy.ts';
import { suggest } from '../text/suggest.ts';

/** What a policy text alone does not say. Everything may be missing; what is missing is not looked at. */
export interface LintContext {
  /** The ids of rules that decided a request in the last 30 days, see {@link rulesUsed}. */
  readonly usedRules?: ReadonlySet<string>;
  /** For a workspace's file: the names of services in the user's own policy. */
  readonly knownServices?: readonly string[];
  /** Groups of services that have one and the same credential. */
  readonly sameCredential?: readonly (readonly string[])[];
}

export function lintContext({ services }: Policy, context: LintContext, problems: ProblemList): void {
  const { usedRules, knownServices, sameCredential } = context;
  for (const { name, span, rules } of services.values()) {
    if (knownServices !== undefined && !knownServices.includes(name)) {
      const meant = suggest(name, knownServices);
      const message = phrase`Your user policy has no service of this name, so the service exists only in this workspace, with its own credential.`;
      if (meant === undefined) problems.information('unknown-service', span, message, { data: { service: name } });
      else {
        problems.warning('unknown-service', span, phrase`${message} Did you mean \`${meant}\`?`, {
          suggestion: meant,
          data: { service: name },
        });
      }
    }
    for (const rule of rules) {
      if (usedRules === undefined || rule.effect === 'deny' || usedRules.has(rule.id)) continue;
      problems.information(
        'unused-rule',
        rule.span,
        phrase`No call needed this rule in the last 30 days. Consider removing it.`,
        {
          data: { service: name, rule: rule.id },
        },
      );
    }
  }
  for (const group of sameCredential ?? []) {
    const own = group.flatMap((name) => services.get(name) ?? []);
    const [first, ...others] = own;
    for (const other of others) {
      if (first === undefined || other.environment === first.environment) continue;
      const message = phrase`This service has the same credential as ${first.name}, which is in a different environment. Give each its own.`;
      problems.warning('one-credential-two-environments', other.span, message, {
        related: [problems.place(first.span, phrase`${first.name} is here.`)],
        data: { service: other.name },
      });
    }
  }
}
