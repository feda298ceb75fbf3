import { literalPattern } from '../../request/parts/path.ts';
import type { CanonicalRequest, Method } from '../../request/parts/requestModel.ts';
import { isGraphqlCall } from '../decide/graphqlEndpoint.ts';
import type { GraphqlScope } from '../model/restrictionModel.ts';
import type { Approval } from '../model/rule.ts';
import { yamlText } from '../text/yamlText.ts';

/** A rule for one path and one method, as it is to be written. Plain data. */
export interface WantedRule {
  readonly method: Method;
  /** Canonical path below the base URL's prefix. Every star in it is a literal one. */
  readonly path: string;
  /** False: its body looks like a GraphQL document that cannot be read, and is sent as any other. */
  readonly graphql?: GraphqlScope | false;
  readonly approval?: Approval;
}

/** What is wished for: a method and a path, and the query where it is known. */
type WantedRequest = Pick<CanonicalRequest, 'method' | 'path'> & Partial<Pick<CanonicalRequest, 'query'>>;

/**
 * The rule that a wish comes to, when nobody knows a body. For a GraphQL endpoint it is for what only reads: without a
 * `graphql` block it would allow nothing, and a change needs the user to name it.
 */
export function ruleWanted({ method, path, query = [] }: WantedRequest, prefix: string): WantedRule {
  return isGraphqlCall({ method, segments: path.slice(1).split('/'), query }, prefix)
    ? { method, path, graphql: { operations: ['query'] } }
    : { method, path };
}

/**
 * A body with which a rule that is wanted can be tried: for a GraphQL endpoint a document that every server knows and that
 * reads nothing, else none.
 */
export function bodyToTry({ method, graphql }: WantedRule): { readonly json?: { readonly query: string } } {
  return graphql && method === 'POST' ? { json: { query: '{ __typename }' } } : {};
}

/** Two lines of YAML or more, an entry of `policies`, without indentation and without a final line break. */
export function narrowestRule(wanted: WantedRule): string {
  return `- ${fields(wanted).join('\n  ')}`;
}

/** The same rule on one line, in braces. */
export function narrowestRuleInBraces(wanted: WantedRule): string {
  return `{ ${fields(wanted).join(', ')} }`;
}

/**
 * The same for the agent whose call wants it: its path and root fields are left for it to fill in. They are its own words,
 * and may be a guess at a credential.
 */
export function narrowestRuleToFill({ method, graphql }: WantedRule): string {
  const scope = graphql && { ...graphql, ...(graphql.fields ? { fields: ['<its root fields>'] } : {}) };
  return `{ ${['path: <this path>', ...restOf({ method, ...(scope === undefined ? {} : { graphql: scope }) })].join(', ')} }`;
}

function fields({ path, ...rest }: WantedRule): readonly string[] {
  return [`path: ${yamlText(literalPattern(path))}`, ...restOf(rest)];
}

function restOf({ method, graphql, approval }: Omit<WantedRule, 'path'>): readonly string[] {
  return [
    `methods: [${method}]`,
    ...(graphql === undefined ? [] : [`graphql: ${scopeText(graphql)}`]),
    ...(approval === undefined ? [] : [`approval: ${approval}`]),
  ];
}

/** Root fields are names of GraphQL's, which YAML reads as they stand; but `null`, `true` and the like it does not. */
function scopeText(scope: GraphqlScope | false): string {
  if (!scope) return 'false';
  const { operations, fields } = scope;
  const roots = fields === undefined ? '' : `, fields: [${fields.map(fieldText).join(', ')}]`;
  return `{ operations: [${operations.join(', ')}]${roots} }`;
}

function fieldText(field: string): string {
  return /^(?:null|true|false|yes|no|on|off|y|n)$/i.test(field) ? JSON.stringify(field) : field;
}
