import { type Phrase, phrase } from '../../text/phrase.ts';
import { agentPatternCovers } from '../patterns/agentPattern.ts';
import type { Check, Condition, ConditionValue, Restrictions } from './restrictionModel.ts';
import type { Rule } from './rule.ts';

/**
 * Whether an allow rule with `outer`'s restrictions allows whatever one with `inner`'s does, paths and methods aside.
 * Sound, not complete: false when it cannot easily be told.
 */
export function restrictionsCover(outer: Restrictions, inner: Restrictions): boolean {
  return (
    conditionsCover(outer.conditions ?? [], inner.conditions ?? []) &&
    (outer.bodyType === undefined || outer.bodyType === inner.bodyType) &&
    graphqlCovers(outer.graphql, inner.graphql) &&
    agentsCover(outer.agents, inner.agents)
  );
}

/** The same for deny and ask rules, which also concern what they cannot evaluate: only equal conditions compare. */
export function concernsCover(outer: Restrictions, inner: Restrictions): boolean {
  const own = new Set((inner.conditions ?? []).map(conditionKey));
  return (
    (outer.conditions ?? []).every((condition) => own.has(conditionKey(condition))) &&
    concernsWithoutBody(outer, inner) &&
    bodyTypeConcerns(outer, inner) &&
    (!outer.graphql || graphqlKey(outer.graphql) === graphqlKey(inner.graphql)) &&
    agentsCover(outer.agents, inner.agents)
  );
}

/**
 * Each further condition on the body may make a rule concern a request that has none, by a field in its query. A rule without
 * any concerns all of them.
 */
function concernsWithoutBody(outer: Restrictions, inner: Restrictions): boolean {
  const onBody = ({ conditions }: Restrictions): Set<string> =>
    new Set((conditions ?? []).filter(({ source }) => source === 'body').map(conditionKey));
  const asked = onBody(outer).size;
  return asked === 0 || asked === onBody(inner).size;
}

/** A rule with `bodyType` concerns every body of another kind, as it cannot evaluate its conditions on those. */
function bodyTypeConcerns(outer: Restrictions, inner: Restrictions): boolean {
  const asksBody = outer.conditions?.some(({ source }) => source === 'body') === true;
  return !asksBody || inner.bodyType === undefined || inner.bodyType === outer.bodyType;
}

/** A text that is the same for rules with the same restrictions. */
export function restrictionsKey({ conditions, bodyType, graphql, agents }: Restrictions): string {
  return JSON.stringify([
    (conditions ?? []).map(conditionKey).sort(),
    bodyType ?? null,
    graphqlKey(graphql),
    agents === undefined ? null : [...agents].sort(),
  ]);
}

function conditionsCover(outer: readonly Condition[], inner: readonly Condition[]): boolean {
  return outer.every((weaker) =>
    inner.some((stronger) => sameField(weaker, stronger) && implies(stronger.check, weaker.check)),
  );
}

function sameField(one: Condition, other: Condition): boolean {
  return one.source === other.source && JSON.stringify(one.path) === JSON.stringify(other.path);
}

function implies(stronger: Check, weaker: Check): boolean {
  if (checkKey(stronger) === checkKey(weaker)) return true;
  switch (weaker.kind) {
    case 'max':
      return (
        numbers(stronger)?.every((value) => value <= weaker.limit) ??
        (stronger.kind === 'max' && stronger.limit <= weaker.limit)
      );
    case 'min':
      return (
        numbers(stronger)?.every((value) => value >= weaker.limit) ??
        (stronger.kind === 'min' && stronger.limit >= weaker.limit)
      );
    case 'in':
      return values(stronger)?.every((value) => weaker.values.includes(value)) ?? false;
    case 'equals':
      return values(stronger)?.every((value) => value === weaker.value) ?? false;
    case 'present':
      return weaker.present && stronger.kind !== 'present';
    case 'matches':
      return false;
  }
}

function values(check: Check): readonly ConditionValue[] | undefined {
  return check.kind === 'in' ? check.values : check.kind === 'equals' ? [check.value] : undefined;
}

function numbers(check: Check): readonly number[] | undefined {
  const all = values(check);
  return all?.every((value) => typeof value === 'number') === true ? (all as readonly number[]) : undefined;
}

function graphqlCovers(outer: Restrictions['graphql'], inner: Restrictions['graphql']): boolean {
  if (outer === false) return true;
  if (outer === undefined || !inner) return outer === inner;
  const { fields } = outer;
  return (
    inner.operations.every((operation) => outer.operations.includes(operation)) &&
    (fields === undefined || inner.fields?.every((field) => fields.includes(field)) === true)
  );
}

function agentsCover(outer: readonly string[] | undefined, inner: readonly string[] | undefined): boolean {
  if (outer === undefined) return true;
  return inner?.every((one) => outer.some((other) => agentPatternCovers(other, one))) === true;
}

function conditionKey({ source, path, check }: Condition): string {
  return `${source} ${JSON.stringify(path)} ${checkKey(check)}`;
}

function checkKey(check: Check): string {
  return check.kind === 'in'
    ? JSON.stringify(['in', ...check.values.map((value) => JSON.stringify(value)).sort()])
    : JSON.stringify(check);
}

function graphqlKey(scope: Restrictions['graphql']): string {
  if (!scope) return scope === undefined ? '' : 'false';
  return JSON.stringify([[...scope.operations].sort(), scope.fields === undefined ? null : [...scope.fields].sort()]);
}

/** What a rule asks besides method and path, in words: `body amount at most 5000; form body; agents copilot`. Undefined for nothing. */
export function describeRestrictions(rule: Pick<Rule, keyof Restrictions>): Phrase | undefined {
  const parts = (rule.conditions ?? []).map(describeCondition);
  if (rule.bodyType !== undefined) parts.push(rule.bodyType === 'json' ? phrase`JSON body` : phrase`form body`);
  if (rule.graphql === false) parts.push(phrase`not GraphQL`);
  if (rule.graphql) {
    const { operations, fields } = rule.graphql;
    parts.push(fields === undefined ? phrase`GraphQL ${operations}` : phrase`GraphQL ${operations} of ${fields}`);
  }
  if (rule.agents !== undefined) parts.push(phrase`agents ${rule.agents}`);
  return joined(parts);
}

/** By halves: a rule may have thousands of conditions, and each phrase is worded within the one around it. */
function joined(parts: readonly Phrase[]): Phrase | undefined {
  if (parts.length < 2) return parts[0];
  const middle = Math.ceil(parts.length / 2);
  const [before, after] = [joined(parts.slice(0, middle)), joined(parts.slice(middle))];
  return before && after && phrase`${before}; ${after}`;
}

export function describeCondition({ source, name, check }: Condition): Phrase {
  const field = `${source} ${name}`;
  switch (check.kind) {
    case 'equals':
      return phrase`${field} equal to ${JSON.stringify(check.value)}`;
    case 'in':
      return phrase`${field} one of ${check.values.map((value) => JSON.stringify(value))}`;
    case 'max':
      return phrase`${field} at most ${check.limit}`;
    case 'min':
      return phrase`${field} at least ${check.limit}`;
    case 'matches':
      return phrase`${field} like ${check.pattern}`;
    case 'present':
      return check.present ? phrase`${field} present` : phrase`${field} absent`;
  }
}
