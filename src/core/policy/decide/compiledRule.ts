import { type Phrase, phrase } from '../../text/phrase.ts';
import type { BodyType, Condition } from '../model/restrictionModel.ts';
import { describeCondition } from '../model/restrictions.ts';
import type { Rule } from '../model/rule.ts';
import { compileAgents } from '../patterns/agentPattern.ts';
import { type Asked, compileCondition } from './conditions.ts';
import { touchesScope, withinScope } from './graphql.ts';
import { MAX_PARAMETERS } from './judgedFields.ts';
import type { JudgedRequest } from './judgedRequest.ts';
import { type WantedField, wantedField } from './wantedField.ts';

/** A rule and its place in the file, which settles the order among rules of one effect. */
export interface CompiledRule {
  readonly rule: Rule;
  readonly order: number;
  /**
   * Strictly, for an allow rule: what the request lacks besides a fitting path, as the end of a sentence that starts
   * with "because"; undefined when it matches. Quotes nothing of the request. Thousands of rules may be asked, and one of them
   * be quoted: it is put into words when that is wanted.
   */
  readonly missing: (request: JudgedRequest) => (() => Phrase) | undefined;
  /** Generously, for a deny or ask rule: whether the rule concerns the request, if its path fits. */
  readonly concerns: (request: JudgedRequest) => boolean;
}

interface CompiledCondition {
  readonly condition: Condition;
  readonly wanted: WantedField;
  readonly strict: Asked;
  readonly generous: Asked;
}

export function compileRule(rule: Rule, order: number): CompiledRule {
  const conditions = (rule.conditions ?? []).map((condition) => {
    const wanted = wantedField(condition);
    return {
      condition,
      wanted,
      strict: compileCondition(condition, wanted, false),
      generous: compileCondition(condition, wanted, true),
    };
  });
  const compiled = {
    rule,
    conditions,
    onBody: conditions.filter(({ condition }) => condition.source === 'body'),
    isFor: rule.agents && compileAgents(rule.agents),
  };
  return {
    rule,
    order,
    missing: (request) => missing(compiled, request),
    concerns: (request) => concerns(compiled, request),
  };
}

interface Compiled {
  readonly rule: Rule;
  readonly conditions: readonly CompiledCondition[];
  /** Those of the conditions that ask about the body. */
  readonly onBody: readonly CompiledCondition[];
  /** Whether it holds for an agent; undefined for a rule that holds for all. */
  readonly isFor: ((agent: string) => boolean) | undefined;
}

function missing({ rule, conditions, isFor }: Compiled, request: JudgedRequest): (() => Phrase) | undefined {
  // A rule that allows names its methods; one without a list allows none.
  if (rule.methods?.has(request.method) !== true) return () => phrase`it does not cover ${request.method}`;
  if (isFor !== undefined && (request.agent === undefined || !isFor(request.agent))) {
    return () => phrase`it covers only the agents ${firstFew(rule.agents ?? [])}`;
  }
  if (rule.graphql) {
    if (request.graphqlAsks === undefined) return () => phrase`the request is not a readable GraphQL document`;
    if (!withinScope(request.graphqlAsks, rule.graphql))
      return () => phrase`the GraphQL document goes beyond the operations and fields that it lists`;
  } else if (rule.graphql === undefined) {
    if (request.isGraphqlCall) {
      return () =>
        phrase`it has no \`graphql\` block, and a ${request.method} request to a GraphQL endpoint can do anything`;
    }
    if (request.carriesGraphqlChange) {
      return () =>
        phrase`it has no \`graphql\` block, and the request carries what may be a GraphQL mutation or subscription`;
    }
  }
  const { bodyType } = rule;
  if (bodyType !== undefined && !request.hasNoOtherBody(bodyType)) {
    return () => phrase`it covers only ${onlyBodies(bodyType)}`;
  }
  const failing = conditions.find(({ strict }) => strict(request.fields) !== true);
  if (failing === undefined) return undefined;
  return () =>
    request.fields.tooMany
      ? phrase`it has conditions, and servers drop some parameters when there are more than ${MAX_PARAMETERS}`
      : phrase`it needs ${describeCondition(shortened(failing.condition))}`;
}

/** Of a list of the policy's, so much stands in a reason: it goes to agents, and there may be thousands. */
const MAX_QUOTED = 20;

function firstFew<Value>(values: readonly Value[]): readonly (Value | string)[] {
  return values.length > MAX_QUOTED ? [...values.slice(0, MAX_QUOTED), '…'] : values;
}

function shortened(condition: Condition): Condition {
  const { check } = condition;
  return check.kind === 'in' ? { ...condition, check: { ...check, values: firstFew(check.values) } } : condition;
}

function concerns({ rule, conditions, onBody, isFor }: Compiled, request: JudgedRequest): boolean {
  // A deny rule without methods concerns all; one for GET concerns HEAD too, which tells most of the same.
  const { method, agent } = request;
  if (rule.methods !== undefined && !rule.methods.has(method) && !(method === 'HEAD' && rule.methods.has('GET'))) {
    return false;
  }
  if (isFor !== undefined && agent !== undefined && !isFor(agent)) return false;
  if (rule.graphql && !touchesScope(request.graphqlAsks, rule.graphql)) return false;
  if (!request.fields.hasBody && !concernsNoBody(onBody, request)) return false;
  // What an API makes of another kind of body than the one that the rule names cannot be told.
  const readable = rule.bodyType === undefined || request.hasNoOtherBody(rule.bodyType);
  return conditions.every(
    ({ condition, generous }) => (condition.source === 'body' && !readable) || generous(request.fields) !== false,
  );
}

/**
 * Without a body nothing is to be found in one, but for a request that may do something: a rule concerns it where one of the
 * fields that the rule asks about stands elsewhere, and where one is asked to be absent, as it then surely is.
 */
function concernsNoBody(onBody: readonly CompiledCondition[], { method, fields }: JudgedRequest): boolean {
  if (onBody.length === 0) return true;
  if (method === 'GET' || method === 'HEAD') return false;
  return onBody.some(({ condition, wanted }) => asksForAbsence(condition) || fields.standsElsewhere(wanted));
}

function asksForAbsence({ check }: Condition): boolean {
  return check.kind === 'present' && !check.present;
}

function onlyBodies(type: BodyType): Phrase {
  return type === 'json' ? phrase`JSON bodies, sent as application/json` : phrase`form bodies`;
}
