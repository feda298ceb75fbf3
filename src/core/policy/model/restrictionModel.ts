/** A plain value of a condition. */
export type ConditionValue = string | number | boolean | null;

/** What a condition asks of a field. Plain data, so that it survives a structured clone. */
export type Check =
  | { readonly kind: 'equals'; readonly value: ConditionValue }
  | { readonly kind: 'in'; readonly values: readonly ConditionValue[] }
  | { readonly kind: 'max' | 'min'; readonly limit: number }
  | { readonly kind: 'matches'; readonly pattern: string }
  | { readonly kind: 'present'; readonly present: boolean };

/** One check of one field of a request. */
export interface Condition {
  readonly source: 'query' | 'body' | 'header';
  /** As written: a parameter's or header's name, or a field dotted or as JSON Pointer. */
  readonly name: string;
  /** Where the field is: `['metadata', 'order']` for `metadata.order`, and for a form's `metadata[order]`. */
  readonly path: readonly string[];
  readonly check: Check;
}

/** The kinds of body whose fields conditions can ask about. */
export const BODY_TYPES = ['json', 'form'] as const;
export type BodyType = (typeof BODY_TYPES)[number];

export const OPERATIONS = ['query', 'mutation', 'subscription'] as const;
export type OperationType = (typeof OPERATIONS)[number];

/** What a GraphQL document may hold. */
export interface GraphqlScope {
  readonly operations: readonly OperationType[];
  /** Root fields; without them any. */
  readonly fields?: readonly string[];
}

/** What a rule asks of a request besides its method and path. */
export interface Restrictions {
  readonly conditions?: readonly Condition[];
  /** The kind of body that the API reads; without it, a body of either kind is read as what it is. */
  readonly bodyType?: BodyType;
  /** False: what looks like GraphQL is none to this API, and passes as any other request. */
  readonly graphql?: GraphqlScope | false;
  /** Patterns of short client names, in lower case. */
  readonly agents?: readonly string[];
}
