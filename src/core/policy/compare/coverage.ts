import { METHODS, type Method } from '../../request/parts/requestModel.ts';
import { concernsCover, restrictionsCover } from '../model/restrictions.ts';
import type { Approval, Rule } from '../model/rule.ts';
import { namesPathEnd } from '../patterns/pathEnds.ts';
import { PathIndex } from '../patterns/pathIndex.ts';
import type { Pattern } from '../patterns/pattern.ts';
import { asksAsStrictly } from './strictness.ts';

/** Which methods a set of rules of one effect covers, for every path of a pattern and with a rule's restrictions. */
export interface Coverage {
  readonly add: (rule: Rule) => void;
  /** Those of the rule's methods that some single rule of the set covers on all paths of the rule's pattern. */
  readonly covered: (rule: Rule) => Set<Method>;
}

/** The allow rules among `rules`, compared in their strict forms. */
export function allowCoverage(rules: readonly Rule[]): Coverage {
  const forms = [{ index: new PathIndex<Rule>(true), form: (pattern: Pattern) => pattern.strict }];
  return coverage(rules, 'allow', forms, allowCovers);
}

/**
 * Whether a rule that allows does so for all that another one does, as far as anything but path and methods goes. One that has
 * the end of a path for some servers in it allows what others allow only together with a rule for what stands before.
 */
export function allowCovers(outer: Rule, inner: Rule): boolean {
  return restrictionsCover(outer, inner) && (!namesPathEnd(inner.pattern) || namesPathEnd(outer.pattern));
}

/** The rules among `rules` that ask at least as strictly as `approval`, compared in both forms, as either one asks. */
export function askCoverage(rules: readonly Rule[], approval: Approval): Coverage {
  const asking = rules.filter((rule) => rule.approval !== undefined && asksAsStrictly(rule, approval));
  return generousCoverage(asking, 'allow');
}

/** The deny rules among `rules`. One covers another only if it does so in both forms, as either one denies. */
export function denyCoverage(rules: readonly Rule[]): Coverage {
  return generousCoverage(rules, 'deny');
}

function generousCoverage(rules: readonly Rule[], effect: Rule['effect']): Coverage {
  const forms = [
    { index: new PathIndex<Rule>(true), form: (pattern: Pattern) => pattern.strict },
    { index: new PathIndex<Rule>(false), form: (pattern: Pattern) => pattern.folded },
    { index: new PathIndex<Rule>(false), form: ({ decoded, folded }: Pattern) => decoded ?? folded },
  ];
  return coverage(rules, effect, forms, concernsCover);
}

interface Form {
  readonly index: PathIndex<Rule>;
  readonly form: (pattern: Pattern) => Pattern['strict'];
}

type Cover = (outer: Rule, inner: Rule) => boolean;

function coverage(rules: readonly Rule[], effect: Rule['effect'], forms: readonly Form[], cover: Cover): Coverage {
  const add = (rule: Rule): void => {
    for (const { index, form } of forms) index.add(form(rule.pattern), rule);
  };
  for (const rule of rules) if (rule.effect === effect) add(rule);
  return {
    add,
    covered: (rule) => {
      const methods = effectiveMethods(rule);
      for (const { index, form } of forms) {
        const covering = index.covering(form(rule.pattern)).filter((one) => cover(one, rule));
        const found = new Set(covering.flatMap((one) => [...effectiveMethods(one)]));
        for (const method of methods) if (!found.has(method)) methods.delete(method);
      }
      return methods;
    },
  };
}

/** The methods that a rule decides: all for a deny rule without a list, and HEAD along with a denied GET. */
export function effectiveMethods(rule: Rule): Set<Method> {
  if (rule.effect === 'allow') return new Set(rule.methods);
  if (rule.methods === undefined) return new Set(METHODS);
  const methods = new Set(rule.methods);
  if (methods.has('GET')) methods.add('HEAD');
  return methods;
}

/** Methods in the order of {@link METHODS}. */
export function inOrder(methods: ReadonlySet<Method>): Method[] {
  return METHODS.filter((method) => methods.has(method));
}

export function without(methods: ReadonlySet<Method>, others: ReadonlySet<Method>): Set<Method> {
  return new Set([...methods].filter((method) => !others.has(method)));
}
