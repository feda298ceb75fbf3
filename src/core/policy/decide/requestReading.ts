import type { Decision } from '../model/decision.ts';
import { type GraphqlAsk, type GraphqlRequest, graphqlAsks } from './graphql.ts';
import { carriesGraphqlChange } from './graphqlContent.ts';
import { JudgedFields, type JudgedParts } from './judgedFields.ts';

/**
 * What is read of one request, whatever rules, halves and files decide about it. Each part is read once, when a rule first
 * asks for it: a large body takes longer to read than all of them take to decide.
 */
export class RequestReading {
  readonly fields: JudgedFields;
  readonly #parts: GraphqlRequest;
  #carriesChange: boolean | undefined;
  readonly #decisions = new Map<string | undefined, Map<object, Decision>>();
  #asks: { readonly value: readonly GraphqlAsk[] | undefined } | undefined;

  constructor(parts: GraphqlRequest & JudgedParts) {
    this.fields = new JudgedFields(parts);
    this.#parts = parts;
  }

  /** What these rules say of it to this agent: decided once, however often it is looked up what a further rule would change. */
  decisionOf(rules: object, agent: string | undefined, decide: () => Decision): Decision {
    const ofAgent = this.#decisions.get(agent) ?? new Map<object, Decision>();
    this.#decisions.set(agent, ofAgent);
    const decision = ofAgent.get(rules) ?? decide();
    ofAgent.set(rules, decision);
    return decision;
  }

  /** Whether it carries a GraphQL document that may change something, wherever it goes. */
  get carriesGraphqlChange(): boolean {
    this.#carriesChange ??= carriesGraphqlChange(this.#parts);
    return this.#carriesChange;
  }

  /** Every root field that it may run as GraphQL; undefined when that cannot be told. */
  get graphqlAsks(): readonly GraphqlAsk[] | undefined {
    this.#asks ??= { value: graphqlAsks(this.#parts) };
    return this.#asks.value;
  }
}
