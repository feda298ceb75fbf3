import { type Phrase, phrase } from '../../text/phrase.ts';
import { effectiveMethods } from '../compare/coverage.ts';
import { compileCheck } from '../decide/conditions.ts';
import { foldName, nameRoots } from '../decide/fieldNames.ts';
import type { JudgedValue } from '../decide/judgedField.ts';
import type { Check, Condition, ConditionValue } from '../model/restrictionModel.ts';
import type { Rule } from '../model/rule.ts';
import { decimalText, plainDecimal } from '../patterns/decimal.ts';

/** Why a rule never matches, or only what no API takes. The suggestion is the key that was probably meant in place of `body`. */
export interface Idle {
  readonly message: Phrase;
  readonly suggestion?: string;
}

export function idleConditions(rule: Rule): readonly Idle[] {
  const fields = fieldsOf(rule.conditions ?? []);
  return [
    ...idleBody(rule),
    ...idleBodyType(rule),
    ...idleGraphql(rule),
    ...fields.flatMap((field) => idleField(field, rule)),
    ...clashes(fields, rule),
  ];
}

function idleBody(rule: Rule): readonly Idle[] {
  if (!only(rule, ['GET', 'HEAD'])) return [];
  if (!rule.conditions?.some(({ source, check }) => source === 'body' && check.kind !== 'present')) return [];
  const message = phrase`GET and HEAD have no body, so this rule never matches. Use \`query\`, or other methods.`;
  return [{ message, suggestion: 'query' }];
}

/** A rule that denies or asks may well be for a server that takes what it should not. */
function idleGraphql(rule: Rule): readonly Idle[] {
  const { graphql } = rule;
  if (!graphql || rule.effect === 'deny' || rule.approval !== undefined) return [];
  if (only(rule, ['PUT', 'PATCH', 'DELETE', 'OPTIONS'])) {
    return [
      { message: phrase`GraphQL uses GET and POST, so this rule allows nothing that a GraphQL API accepts. Use POST.` },
    ];
  }
  if (!only(rule, ['GET', 'HEAD']) || !graphql.operations.every((operation) => operation === 'mutation')) return [];
  // https://graphql.github.io/graphql-over-http/draft/#sec-GET
  return [
    {
      message: phrase`A GraphQL API does not accept mutations by GET, so this rule allows nothing that the API accepts. Use POST.`,
    },
  ];
}

/** A rule that denies or asks is no narrower for it: it concerns whatever body it cannot read. */
function idleBodyType({ effect, bodyType, conditions }: Rule): readonly Idle[] {
  if (effect === 'allow' || bodyType === undefined) return [];
  if (conditions?.some(({ source }) => source === 'body')) return [];
  return [
    {
      message: phrase`\`bodyType\` says how \`body\` is read, but this rule has no \`body\`, so it denies every body. Add \`body\`.`,
    },
  ];
}

/**
 * Whether an agent could choose a kind of body in which the API finds no field: the condition holds for what is sent,
 * and the API goes by what it takes for a missing one.
 */
export function needsBodyType(rule: Rule): boolean {
  if (rule.bodyType !== undefined || only(rule, ['GET', 'HEAD'])) return false;
  const harmless = rule.approval !== undefined ? undefined : rule.effect === 'deny';
  return (rule.conditions ?? []).some(
    ({ source, check }) => source === 'body' && !(check.kind === 'present' && check.present === harmless),
  );
}

function only(rule: Rule, methods: readonly string[]): boolean {
  return rule.methods !== undefined && [...effectiveMethods(rule)].every((method) => methods.includes(method));
}

/** What a rule asks of one field. */
interface Field extends Pick<Condition, 'source' | 'name' | 'path'> {
  readonly checks: readonly Check[];
}

function fieldsOf(conditions: readonly Condition[]): readonly Field[] {
  const fields = new Map<string, Field>();
  for (const { source, name, path, check } of conditions) {
    const key = JSON.stringify([source, path]);
    fields.set(key, { source, name, path, checks: [...(fields.get(key)?.checks ?? []), check] });
  }
  return [...fields.values()];
}

function idleField({ source, name, checks }: Field, rule: Rule): readonly Idle[] {
  const generous = rule.effect === 'deny' || rule.approval !== undefined;
  if (!contradict(checks, generous)) return [];
  return [{ message: phrase`No value of ${source} ${name} meets all conditions of this rule, so it never matches.` }];
}

/** Whether no value meets all checks. Sound, not complete. */
function contradict(checks: readonly Check[], generous: boolean): boolean {
  if (checks.some((check) => !needsField(check))) return checks.some(needsField);
  const low = Math.max(...checks.map((check) => (check.kind === 'min' ? check.limit : Number.NEGATIVE_INFINITY)));
  const high = Math.min(...checks.map((check) => (check.kind === 'max' ? check.limit : Number.POSITIVE_INFINITY)));
  const values = checks.map(valuesOf).find((listed) => listed.length > 0);
  return low > high || values?.some((value) => fits(value, checks, generous)) === false;
}

function needsField(check: Check): boolean {
  return check.kind !== 'present' || check.present;
}

function valuesOf(check: Check): readonly ConditionValue[] {
  return check.kind === 'in' ? check.values : check.kind === 'equals' ? [check.value] : [];
}

function fits(value: ConditionValue, checks: readonly Check[], generous: boolean): boolean {
  // A form may spell a number in several ways, and which of them a pattern takes is left open.
  const asked = checks.filter(({ kind }) => kind !== 'present' && !(kind === 'matches' && typeof value === 'number'));
  return spellings(value, checks).some((spelt) =>
    asked.every((check) => compileCheck(check, generous)(spelt) === true),
  );
}

/** A value as a JSON body has it, and as queries and forms do. */
function spellings(value: ConditionValue, checks: readonly Check[]): readonly JudgedValue[] {
  switch (typeof value) {
    case 'string':
      return [
        { kind: 'string', text: value },
        { kind: 'text', text: value },
      ];
    case 'number': {
      const text = decimalText(value);
      const others = checks.flatMap(valuesOf).filter((one) => typeof one === 'string' && plainDecimal(one) === value);
      return [
        { kind: 'number', text },
        ...[text, ...others].map((one) => ({ kind: 'text', text: String(one) }) as const),
      ];
    }
    case 'boolean':
      return [
        { kind: 'boolean', value },
        { kind: 'text', text: String(value) },
      ];
    case 'object':
      return [{ kind: 'null' }];
  }
}

/** So many fields of one rule are compared with each other; the user's rule has a few. */
const MAX_COMPARED = 100;

/** A field with its names as the most lenient server reads them. */
interface Read {
  readonly field: Field;
  readonly needed: boolean;
  readonly first: string;
  readonly root: string;
  readonly folded: string;
}

/** Fields that some server takes for one: a request that has the one is not clear about the other. Allow rules need it clear. */
function clashes(fields: readonly Field[], { effect }: Rule): readonly Idle[] {
  if (effect === 'deny' || fields.length < 2) return [];
  const all = fields.slice(0, MAX_COMPARED).map((field): Read => {
    const [first = ''] = field.path;
    const folded = JSON.stringify(field.path.map(foldName));
    return { field, needed: field.checks.some(needsField), first, root: nameRoots(first)[0] ?? '', folded };
  });
  for (const [index, one] of all.entries()) {
    const other = all.slice(index + 1).find((later) => clash(one, later));
    if (other === undefined) continue;
    const both = phrase`${one.field.source} ${one.field.name} and ${other.field.source} ${other.field.name}`;
    return [
      {
        message: phrase`Some servers treat ${both} as the same field, so no request is clear about both, and this rule never matches.`,
      },
    ];
  }
  return [];
}

function clash(one: Read, other: Read): boolean {
  if (!one.needed && !other.needed) return false;
  if (one.field.source === 'header' || other.field.source === 'header') return false;
  if (one.field.source !== other.field.source) {
    const [query, body] = one.field.source === 'query' ? [one, other] : [other, one];
    // In a JSON list a number is no name.
    return one.root === other.root && (query.needed || !/^\d+$/.test(body.first));
  }
  if (one.field.source === 'query' && one.first !== other.first) return one.root === other.root;
  return one.folded === other.folded;
}
