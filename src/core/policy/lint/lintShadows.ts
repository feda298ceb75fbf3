import { type Phrase, phrase } from '../../text/phrase.ts';
import type { ProblemList } from '../../text/problems.ts';
import { allowCovers } from '../compare/coverage.ts';
import { mayMeet } from '../compare/overlap.ts';
import { asksAsStrictly } from '../compare/strictness.ts';
import { concernsCover } from '../model/restrictions.ts';
import type { Rule } from '../model/rule.ts';
import type { Service } from '../model/service.ts';
import { Shadows } from './shadows.ts';

/** Rules that other rules of the service make idle, with those rules as related places. */
export function lintShadows({ name, rules }: Service, problems: ProblemList): void {
  const allows = rules.filter(({ effect }) => effect === 'allow');
  const denies = rules.filter(({ effect }) => effect === 'deny');
  const byAllow = new Shadows(allows, (outer, inner) => allowCovers(outer, inner) && saysAsMuch(outer, inner), false);
  const byDeny = new Shadows(denies, concernsCover, true);
  for (const rule of rules) {
    const data = { service: name, rule: rule.id };
    const report = (code: 'unreachable-rule' | 'shadowed-rule', message: Phrase, by: readonly Rule[]): void =>
      problems.warning(code, rule.span, phrase`${message} ${lines(by)}.`, {
        related: by.map((other) => problems.place(other.span, phrase`${other.pattern.text} is here.`)),
        data,
      });
    const denied = byDeny.of(rule);
    if (rule.effect === 'deny') {
      if (denied.length > 0) report('shadowed-rule', phrase`This rule denies only what is already denied, in`, denied);
      else if (!allows.some((allow) => mayMeet(allow, rule))) {
        problems.information(
          'deny-without-effect',
          rule.span,
          phrase`No other rule allows what this rule denies, so it has no effect.`,
          { data },
        );
      }
      continue;
    }
    const allowed = denied.length > 0 ? [] : byAllow.of(rule);
    if (denied.length > 0) report('unreachable-rule', phrase`Everything that this rule allows is denied, in`, denied);
    if (allowed.length > 0)
      report('shadowed-rule', phrase`This rule adds nothing to what is already allowed, in`, allowed);
  }
}

/** A rule that asks is idle only where another one asks as strictly, about all that it asks about. */
function saysAsMuch(outer: Rule, inner: Rule): boolean {
  return inner.approval === undefined || (asksAsStrictly(outer, inner.approval) && concernsCover(outer, inner));
}

function lines(rules: readonly Rule[]): Phrase {
  const [first, ...others] = rules.map(({ line }) => phrase`line ${line}`);
  return others.reduce((before, line) => phrase`${before} and ${line}`, first ?? phrase``);
}
