import type { Method } from '../request/model.ts';
import { effectiveMethods } from './coverage.ts';
import type { Rule, Service } from './model.ts';
import type { ProblemList } from './problems.ts';
import type { Condition } from './restrictionModel.ts';
import { concernsCover } from './restrictions.ts';
import { Shadows } from './shadows.ts';

const WRITES: readonly Method[] = ['POST', 'PUT', 'PATCH', 'DELETE'];

/** What is unwise in single rules. */
export function lintRules({ name, rules }: Service, problems: ProblemList): void {
  const holdingBack = new Shadows(
    rules.filter(({ effect, approval }) => effect === 'deny' || approval !== undefined),
    concernsCover,
    true,
  );
  for (const rule of rules) {
    const data = { service: name, rule: rule.id };
    const parameter = withoutParameters(rule.pattern.text);
    if (parameter !== undefined) {
      problems.warning(
        'parameter-in-path',
        rule.span,
        `{id} and :id stand for themselves in a path. Write a star for one segment: ${parameter}`,
        { data, suggestion: parameter },
      );
    }
    for (const { message, ...more } of idleConditions(rule)) {
      problems.warning('condition-without-effect', rule.span, message, { data, ...more });
    }
    if (rule.effect === 'allow') lintAllow(rule, holdingBack, data, problems);
  }
}

/** `holdingBack`: the service's rules that deny or ask. */
function lintAllow(
  rule: Rule,
  holdingBack: Shadows,
  data: { service: string; rule: string },
  problems: ProblemList,
): void {
  if (rule.graphql === undefined && rule.methods?.has('POST') && endsInGraphql(rule)) {
    problems.warning(
      'graphql-without-block',
      rule.span,
      'A POST to a path that ends in /graphql is denied without a `graphql` block. Add `graphql: { operations: [query] }`.',
      { data },
    );
    return;
  }
  const readsOnly = rule.graphql?.operations.every((operation) => operation === 'query') === true;
  if (rule.approval !== undefined || rule.conditions !== undefined || readsOnly) return;
  if (!WRITES.some((method) => rule.methods?.has(method))) return;
  // What another rule asks about or denies, this one does not allow by itself.
  const passing = holdingBack.left(rule);
  const writes = WRITES.filter((method) => passing.has(method));
  if (writes.length === 0) return;
  const list = writes.join(', ');
  if (coversEverything(rule)) {
    problems.warning(
      'broad-write',
      rule.span,
      `This rule allows ${list} on every path. Name the paths that are needed, or add \`approval: always\`.`,
      { data },
    );
  } else {
    problems.information(
      'write-without-approval',
      rule.span,
      `This rule allows ${list} without asking you. Add \`approval: always\`, or conditions, if that is too much.`,
      { data },
    );
  }
}

/** `/**`, and spellings of it such as `/**` after stars. */
function coversEverything({ pattern }: Rule): boolean {
  return pattern.folded[0]?.kind === 'deep';
}

function endsInGraphql({ pattern }: Rule): boolean {
  const last = pattern.folded.at(-1);
  return last?.kind === 'literal' && last.text === 'graphql';
}

/** A pattern whose `{id}` and `:id` are stars; undefined when it has none. */
function withoutParameters(text: string): string | undefined {
  const starred = text.replace(/\{[^{}/]*\}/g, '*').replace(/(?<=\/):[A-Za-z_]\w*(?=\/|$)/g, '*');
  return starred === text ? undefined : starred.replace(/\*{2,}(?=[^/])|(?<=[^/])\*{2,}/g, '*');
}

/** Why conditions never fit. The suggestion is the key that was probably meant in place of `body`. */
function idleConditions(rule: Rule): { readonly message: string; readonly suggestion?: string }[] {
  const idle: { message: string; suggestion?: string }[] = [];
  const conditions = rule.conditions ?? [];
  const onlyReads =
    rule.methods !== undefined && ![...effectiveMethods(rule)].some((one) => one !== 'GET' && one !== 'HEAD');
  if (onlyReads && conditions.some(({ source, check }) => source === 'body' && check.kind !== 'present')) {
    const message = 'GET and HEAD have no body, so this rule never matches. Use `query`, or other methods.';
    idle.push({ message, suggestion: 'query' });
  }
  const byField = new Map<string, Condition[]>();
  for (const condition of conditions) {
    const key = JSON.stringify([condition.source, condition.path]);
    byField.set(key, [...(byField.get(key) ?? []), condition]);
  }
  for (const [first, ...others] of byField.values()) {
    if (first !== undefined && others.length > 0 && contradict([first, ...others])) {
      idle.push({
        message: `No value of ${first.source} ${first.name} fits all that this rule asks of it, so it never matches.`,
      });
    }
  }
  return idle;
}

function contradict(conditions: readonly Condition[]): boolean {
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  let absent = false;
  for (const { check } of conditions) {
    if (check.kind === 'min') low = Math.max(low, check.limit);
    if (check.kind === 'max') high = Math.min(high, check.limit);
    if (check.kind === 'present' && !check.present) absent = true;
  }
  return low > high || (absent && conditions.length > 1);
}
