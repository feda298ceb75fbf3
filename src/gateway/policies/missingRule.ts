import type { GraphqlAsk } from '../../core/policy/decide/graphql.ts';
import { isGraphqlCall } from '../../core/policy/decide/graphqlEndpoint.ts';
import type { RequestReading } from '../../core/policy/decide/requestReading.ts';
import { narrowestRuleToFill, ruleWanted, type WantedRule } from '../../core/policy/learn/narrowestRule.ts';
import type { CanonicalRequest } from '../../core/request/parts/requestModel.ts';
import type { JointDecision, ServiceInForce } from './policySet.ts';

/** What could let a denied request pass. A rule is on one line, in braces, and quotes nothing of the request. */
export type Missing =
  /** The narrowest rule that allows it, which `request_access` asks the user for. */
  | { readonly by: 'request_access'; readonly rule: string }
  /** A rule that has to name more than `request_access` can: only the user can write it. */
  | { readonly by: 'user'; readonly rule: string }
  /** No rule can allow it as it is: a GraphQL document that cannot be read. */
  | { readonly by: 'request' }
  /** No rule that is added can change it: a deny rule, or another file. */
  | { readonly by: 'nothing' };

/** Tries the rule before anybody is told of it: one that changes nothing would be asked for again and again. */
export function missingRule(
  { service, decideWith }: ServiceInForce,
  request: CanonicalRequest,
  { rule: denying }: JointDecision,
  agent: string,
  reading: RequestReading,
): Missing {
  if (denying !== undefined) return { by: 'nothing' };
  const allows = (rule: WantedRule): boolean => decideWith(rule, request, agent, reading).verdict !== 'deny';
  const wanted = ruleWanted(request, service.baseUrl.prefix);
  const carries = !wanted.graphql && reading.carriesGraphqlChange;
  const exact = wanted.graphql || carries ? withItsFields(wanted, reading.graphqlAsks) : wanted;
  // What is wished for has no query, by which a GET would be known to be one for a GraphQL endpoint.
  const canBeWished = wanted.graphql === undefined || request.method === 'POST';
  if (canBeWished && allows(wanted)) return { by: 'request_access', rule: narrowestRuleToFill(exact) };
  const isTried = canBeWished && exact === wanted;
  if (!isTried && allows(exact)) return { by: 'user', rule: narrowestRuleToFill(exact) };
  const unreadable = isGraphqlCall(request, service.baseUrl.prefix) && reading.graphqlAsks === undefined;
  return { by: unreadable ? 'request' : 'nothing' };
}

/** An agent's request may name any number of root fields, and what it is told has to stay short. */
const MAX_FIELDS = 20;

/**
 * A GraphQL rule for exactly the operations and root fields of the request; for any field, where it has too many. What only
 * looks like a document, at a path that is no GraphQL endpoint's, is no GraphQL.
 */
function withItsFields(wanted: WantedRule, asks: readonly GraphqlAsk[] | undefined): WantedRule {
  if (!asks || asks.length === 0) return wanted.graphql ? wanted : { ...wanted, graphql: false };
  const operations = [...new Set(asks.map(({ type }) => type))];
  const fields = [...new Set(asks.map(({ field }) => field))];
  return { ...wanted, graphql: { operations, ...(fields.length > MAX_FIELDS ? {} : { fields }) } };
}
