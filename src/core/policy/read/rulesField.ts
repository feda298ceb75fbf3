import type { ParsedNode } from 'yaml';
import { METHODS, type Method } from '../../request/parts/requestModel.ts';
import { phrase } from '../../text/phrase.ts';
import type { Span } from '../../text/span.ts';
import { BODY_TYPES, type Restrictions } from '../model/restrictionModel.ts';
import type { Approval, Rule, RuleEffect } from '../model/rule.ts';
import { compilePattern, type Pattern } from '../patterns/pattern.ts';
import { type Entry, type Fields, isEmpty, type Reader, spanOf } from '../text/reader.ts';
import { suggest } from '../text/suggest.ts';
import { readAgents } from './agentsField.ts';
import { readConditions } from './conditionsField.ts';
import { readGraphql } from './graphqlField.ts';

const KEYS = [
  'path',
  'methods',
  'effect',
  'approval',
  'query',
  'body',
  'header',
  'bodyType',
  'graphql',
  'agents',
] as const;
const EFFECTS: readonly RuleEffect[] = ['allow', 'deny'];
const APPROVALS: readonly Approval[] = ['always', 'remember'];
const EXAMPLE = '{ path: /v1/items, methods: [GET] }';

/** Reads a service's `policies`, a list of rules. Rules with a problem are left out. */
export function readRules(reader: Reader, entry: Entry, service: string, encodedSlash: boolean): Rule[] {
  const items = reader.list(entry, '`policies`', `[${EXAMPLE}]`);
  const rules: Rule[] = [];
  for (const [index, item] of (items ?? []).entries()) {
    const rule = readRule(reader, item, entry.key, `${service}/policies/${index}`, encodedSlash);
    if (rule !== undefined) rules.push(rule);
  }
  return rules;
}

function readRule(
  reader: Reader,
  node: ParsedNode | null,
  listKey: Span,
  id: string,
  encodedSlash: boolean,
): Rule | undefined {
  const own = node === null ? listKey : spanOf(node);
  const span = own.end > own.start ? own : listKey;
  if (isEmpty(node)) {
    reader.problems.error('wrong-type', span, phrase`This rule is empty. Write it as ${EXAMPLE}, or remove the dash.`);
    return undefined;
  }
  const fields = reader.map(node, span, phrase`A rule`, EXAMPLE);
  if (fields === undefined) return undefined;
  reader.onlyKnown(fields, KEYS, phrase`A rule`, {
    url: 'path',
    route: 'path',
    verb: 'methods',
    verbs: 'methods',
    action: 'effect',
    ask: 'approval',
    approve: 'approval',
    confirm: 'approval',
    params: 'query',
    parameters: 'query',
    headers: 'header',
    json: 'body',
    form: 'body',
    bodykind: 'bodyType',
    contenttype: 'bodyType',
    mediatype: 'bodyType',
    clients: 'agents',
  });

  // Missing keys are reported where the rule starts, not over its whole length.
  const head = fields.entries[0]?.key ?? span;
  const pattern = readPattern(reader, fields, head, encodedSlash);
  const effectEntry = fields.get('effect');
  const effect = effectEntry === undefined ? 'allow' : reader.word(effectEntry, EFFECTS, 'unknown-effect', '`effect`');
  const methodsEntry = fields.get('methods');
  if (methodsEntry === undefined && effect === 'allow') {
    reader.missing(head, phrase`An allow rule`, 'methods', 'methods: [GET]', 'map');
  }
  const methods = methodsEntry === undefined ? undefined : readMethods(reader, methodsEntry);
  const approval = readApproval(reader, fields.get('approval'), effect);
  const restrictions = readRestrictions(reader, fields);
  if (restrictions === undefined) return undefined;
  const graphqlEntry = fields.get('graphql');
  if (effect === 'deny' && graphqlEntry !== undefined && restrictions.graphql === false) {
    reader.problems.error(
      'bad-graphql',
      reader.at(graphqlEntry),
      phrase`\`graphql: false\` is for allow rules: a deny rule without \`graphql\` denies every body. Remove it.`,
    );
    return undefined;
  }
  if (pattern === undefined || effect === undefined || (methods === undefined && effect === 'allow')) return undefined;
  return {
    id,
    effect,
    ...(methods === undefined ? {} : { methods }),
    pattern,
    ...(approval === undefined ? {} : { approval }),
    ...restrictions,
    span,
    line: reader.problems.position(span.start).line,
  };
}

/** Undefined when one of them has a problem: a rule with less of them would be another one. */
function readRestrictions(reader: Reader, fields: Fields): Restrictions | undefined {
  const query = readConditions(reader, fields.get('query'), 'query');
  const body = readConditions(reader, fields.get('body'), 'body');
  const header = readConditions(reader, fields.get('header'), 'header');
  const typeEntry = fields.get('bodyType');
  const bodyType = typeEntry && reader.word(typeEntry, BODY_TYPES, 'unknown-body-type', '`bodyType`');
  const graphql = readGraphql(reader, fields.get('graphql'));
  const agents = readAgents(reader, fields.get('agents'));
  if (query === 'wrong' || body === 'wrong' || header === 'wrong' || graphql === 'wrong' || agents === 'wrong')
    return undefined;
  if (typeEntry !== undefined && bodyType === undefined) return undefined;
  const conditions = [...(query ?? []), ...(body ?? []), ...(header ?? [])];
  return {
    ...(conditions.length === 0 ? {} : { conditions }),
    ...(bodyType === undefined ? {} : { bodyType }),
    ...(graphql === undefined ? {} : { graphql }),
    ...(agents === undefined ? {} : { agents }),
  };
}

function readApproval(reader: Reader, entry: Entry | undefined, effect: RuleEffect | undefined): Approval | undefined {
  if (entry === undefined) return undefined;
  if (effect === 'deny') {
    reader.problems.error(
      'approval-on-deny',
      reader.at(entry),
      phrase`A deny rule cannot ask for approval. Remove \`approval\`, or remove \`effect: deny\`.`,
    );
    return undefined;
  }
  return reader.word(entry, APPROVALS, 'unknown-approval', '`approval`');
}

function readPattern(reader: Reader, fields: Fields, head: Span, encodedSlash: boolean): Pattern | undefined {
  const entry = fields.get('path');
  if (entry === undefined) {
    reader.missing(head, phrase`A rule`, 'path', 'path: /v1/items', 'map');
    return undefined;
  }
  const text = reader.text(entry.value, reader.at(entry), '`path`');
  if (text === undefined) return undefined;
  if (/[\p{Cf}\p{Default_Ignorable_Code_Point}]/u.test(text)) {
    reader.problems.error(
      'forbidden-character',
      reader.at(entry),
      phrase`\`path\` contains an invisible character. Remove it.`,
    );
    return undefined;
  }
  const pattern = compilePattern(text, encodedSlash);
  if (pattern.ok) return pattern.value;
  const fix = /^[A-Za-z0-9._~*-]+(?:\/[A-Za-z0-9._~*-]*)*$/.test(text) ? `/${text}` : undefined;
  reader.problems.error('bad-pattern', reader.at(entry), pattern.error, fix);
  return undefined;
}

function readMethods(reader: Reader, entry: Entry): ReadonlySet<Method> | undefined {
  const items = reader.list(entry, '`methods`', '[GET, POST]');
  if (items === undefined) return undefined;
  if (items.length === 0) {
    reader.problems.error(
      'no-methods',
      reader.at(entry),
      phrase`\`methods\` is empty. Write at least one method, such as [GET].`,
    );
    return undefined;
  }
  const methods = new Set<Method>();
  let complete = true;
  for (const item of items) {
    const at = item === null || spanOf(item).end === spanOf(item).start ? reader.at(entry) : spanOf(item);
    const method = readMethod(reader, item, at);
    if (method === undefined) complete = false;
    else if (methods.has(method))
      reader.problems.warning('duplicate-method', at, phrase`This method is listed twice. Remove one.`);
    else methods.add(method);
  }
  return complete ? methods : undefined;
}

function readMethod(reader: Reader, item: ParsedNode | null, at: Span): Method | undefined {
  const text = reader.text(item, at, phrase`A method`);
  if (text === undefined) return undefined;
  const method = METHODS.find((one) => one === text);
  if (method !== undefined) return method;
  const meant = suggest(text, METHODS);
  const help =
    meant === undefined
      ? phrase`Write one of: ${METHODS.join(', ')}.`
      : phrase`Did you mean ${meant}? Methods are written in upper case.`;
  reader.problems.error('unknown-method', at, phrase`A policy cannot use this method. ${help}`, meant);
  return undefined;
}
