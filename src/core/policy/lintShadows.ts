import { effectiveMethods, without } from './coverage.ts';
import type { Rule, Service } from './model.ts';
import { mayMeet } from './overlap.ts';
import { PathIndex } from './pathIndex.ts';
import type { ProblemList } from './problems.ts';
import { concernsCover, restrictionsCover, restrictionsKey } from './restrictions.ts';
import { asksAsStrictly } from './strictness.ts';

/** So many pairs of rules are looked at for one service; a person’s file has a few hundred. */
const MAX_COMPARISONS = 500_000;

type Covers = (outer: Rule, inner: Rule) => boolean;

/** Rules that other rules of the service make idle, with those rules as related places. */
export function lintShadows({ name, rules }: Service, problems: ProblemList): void {
  const allows = rules.filter(({ effect }) => effect === 'allow');
  const denies = rules.filter(({ effect }) => effect === 'deny');
  const byAllow = new Shadows(
    allows,
    (outer, inner) => restrictionsCover(outer, inner) && saysAsMuch(outer, inner),
    false,
  );
  const byDeny = new Shadows(denies, concernsCover, true);
  for (const rule of rules) {
    const data = { service: name, rule: rule.id };
    const report = (code: 'unreachable-rule' | 'shadowed-rule', message: string, by: readonly Rule[]): void =>
      problems.warning(code, rule.span, `${message} ${lines(by)}.`, {
        related: by.map((other) => problems.place(other.span, `${other.pattern.text} is here.`)),
        data,
      });
    const denied = byDeny.of(rule);
    if (rule.effect === 'deny') {
      if (denied.length > 0) report('shadowed-rule', 'This rule says nothing that is not denied already, in', denied);
      else if (!allows.some((allow) => mayMeet(allow, rule))) {
        problems.information(
          'deny-without-effect',
          rule.span,
          'Nothing that is allowed comes near this rule, so it denies nothing.',
          { data },
        );
      }
      continue;
    }
    const allowed = denied.length > 0 ? [] : byAllow.of(rule);
    if (denied.length > 0) report('unreachable-rule', 'All that this rule allows is denied, in', denied);
    if (allowed.length > 0) report('shadowed-rule', 'This rule says nothing that is not said already, in', allowed);
  }
}

/** A rule that asks is idle only where another one asks as strictly, about all that it asks about. */
function saysAsMuch(outer: Rule, inner: Rule): boolean {
  return inner.approval === undefined || (asksAsStrictly(outer, inner.approval) && concernsCover(outer, inner));
}

function lines(rules: readonly Rule[]): string {
  return rules.map(({ line }) => `line ${line}`).join(' and ');
}

/** What rules of one effect cover, each rule aside from itself. Of rules that say the same, the first one counts. */
class Shadows {
  readonly #strict = new PathIndex<Rule>(true);
  readonly #folded = new PathIndex<Rule>(false);
  readonly #first = new Map<string, Rule>();
  readonly #covers: Covers;
  #budget = MAX_COMPARISONS;
  readonly #generous: boolean;

  constructor(rules: readonly Rule[], covers: Covers, generous: boolean) {
    this.#covers = covers;
    this.#generous = generous;
    for (const rule of rules) {
      const key = keyOf(rule);
      if (this.#first.has(key)) continue;
      this.#first.set(key, rule);
      this.#strict.add(rule.pattern.strict, rule);
      this.#folded.add(rule.pattern.folded, rule);
    }
  }

  /** The fewest rules found that together cover all methods of this one; none when something is left. */
  of(rule: Rule): readonly Rule[] {
    if (this.#first.size === 0) return [];
    const same = this.#first.get(keyOf(rule));
    if (same !== undefined && same !== rule) return [same];
    const strictly = this.#strict.covering(rule.pattern.strict);
    const generously = this.#generous ? this.#folded.covering(rule.pattern.folded) : [];
    // An allow rule is denied by either form; a deny rule has to be covered in both.
    const covering =
      rule.effect === 'allow' ? [...strictly, ...generously] : generously.filter((one) => strictly.includes(one));
    this.#budget -= covering.length;
    if (this.#budget < 0) return [];
    const by: Rule[] = [];
    let left = effectiveMethods(rule);
    for (const other of covering) {
      if (other === rule || !this.#covers(other, rule)) continue;
      // Two that cover each other differ in spelling alone: the first one counts.
      if (other.line > rule.line && this.#mutual(rule, other)) continue;
      const rest = without(left, effectiveMethods(other));
      if (rest.size === left.size) continue;
      by.push(other);
      left = rest;
      if (left.size === 0) return by;
    }
    return [];
  }

  #mutual(rule: Rule, other: Rule): boolean {
    const index = new PathIndex<Rule>(true);
    index.add(rule.pattern.strict, rule);
    return (
      index.covering(other.pattern.strict).length > 0 &&
      this.#covers(rule, other) &&
      without(effectiveMethods(other), effectiveMethods(rule)).size === 0
    );
  }
}

function keyOf(rule: Rule): string {
  return [
    rule.effect,
    rule.pattern.canonical,
    [...effectiveMethods(rule)].sort(),
    rule.approval,
    restrictionsKey(rule),
  ].join(' ');
}
