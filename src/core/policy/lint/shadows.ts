import type { Method } from '../../request/parts/requestModel.ts';
import { effectiveMethods, without } from '../compare/coverage.ts';
import { restrictionsKey } from '../model/restrictions.ts';
import type { Rule } from '../model/rule.ts';
import { PathIndex } from '../patterns/pathIndex.ts';

/** So many pairs of rules are looked at for one service; the user’s file has a few hundred. */
const MAX_COMPARISONS = 500_000;

type Covers = (outer: Rule, inner: Rule) => boolean;

/** What rules of one effect cover, each rule aside from itself. Of rules that say the same, the first one counts. */
export class Shadows {
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
    const by: Rule[] = [];
    let left = effectiveMethods(rule);
    for (const other of this.#covering(rule)) {
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

  /** Those of the rule's methods that no other rule covers, whichever of them stands first. */
  left(rule: Rule): ReadonlySet<Method> {
    let left = effectiveMethods(rule);
    for (const other of this.#covering(rule)) left = without(left, effectiveMethods(other));
    return left;
  }

  /** The other rules that cover this one, methods aside. */
  #covering(rule: Rule): readonly Rule[] {
    if (rule.pattern.decoded && rule.effect === 'deny') return [];
    const strictly = this.#strict.covering(rule.pattern.strict);
    const generously = this.#generous ? this.#folded.covering(rule.pattern.folded) : [];
    // An allow rule is denied by either form; a deny rule has to be covered in both.
    const covering =
      rule.effect === 'allow' ? [...strictly, ...generously] : generously.filter((one) => strictly.includes(one));
    this.#budget -= covering.length;
    return this.#budget < 0 ? [] : covering.filter((other) => other !== rule && this.#covers(other, rule));
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
