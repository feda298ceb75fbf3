import type { CanonicalRequest } from '../request/model.ts';
import { hasNoOtherBody } from './bodyType.ts';
import { foldText } from './fold.ts';
import { type GraphqlAsk, graphqlAsks } from './graphql.ts';
import { isGraphqlCall } from './graphqlEndpoint.ts';
import { JudgedFields } from './judgedFields.ts';
import type { Service } from './model.ts';
import type { BodyType } from './restrictionModel.ts';

type Parts = Pick<CanonicalRequest, 'method' | 'segments' | 'query' | 'body'> &
  Partial<Pick<CanonicalRequest, 'headers'>>;

/** One request as conditions see it. What takes time is read once, when a rule first asks for it. */
export class JudgedRequest {
  readonly method: CanonicalRequest['method'];
  readonly agent: string | undefined;
  readonly fields: JudgedFields;
  readonly #parts: Parts;
  #asks: { readonly value: readonly GraphqlAsk[] | undefined } | undefined;

  readonly #service: Pick<Service, 'baseUrl' | 'headers'>;

  constructor(parts: Parts, service: Pick<Service, 'baseUrl' | 'headers'>, agent: string | undefined) {
    this.method = parts.method;
    this.agent = agent === undefined ? undefined : foldText(agent);
    this.fields = new JudgedFields(parts);
    this.#parts = parts;
    this.#service = service;
  }

  /** Whether it has no body, or one of this kind. */
  hasNoOtherBody(type: BodyType): boolean {
    return hasNoOtherBody(this.#parts, type, this.#service.headers);
  }

  /** Every root field that it may run as GraphQL; undefined when that cannot be told. */
  get graphqlAsks(): readonly GraphqlAsk[] | undefined {
    this.#asks ??= { value: graphqlAsks(this.#parts) };
    return this.#asks.value;
  }

  /** A request to a GraphQL endpoint, in whatever spelling: one that may do anything. */
  get isGraphqlCall(): boolean {
    return isGraphqlCall(this.#parts, this.#service.baseUrl.prefix);
  }
}
