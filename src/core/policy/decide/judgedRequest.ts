import type { CanonicalRequest } from '../../request/parts/requestModel.ts';
import type { BodyType } from '../model/restrictionModel.ts';
import type { Service } from '../model/service.ts';
import { foldText } from '../patterns/fold.ts';
import { hasNoOtherBody } from './bodyType.ts';
import type { GraphqlAsk } from './graphql.ts';
import { isGraphqlCall } from './graphqlEndpoint.ts';
import type { JudgedFields } from './judgedFields.ts';
import { RequestReading } from './requestReading.ts';

type Parts = Pick<CanonicalRequest, 'method' | 'segments' | 'query' | 'body'> &
  Partial<Pick<CanonicalRequest, 'headers'>>;

/** One request as the rules of one service see it. */
export class JudgedRequest {
  readonly method: CanonicalRequest['method'];
  readonly agent: string | undefined;
  readonly #parts: Parts;
  readonly #reading: RequestReading;
  readonly #service: Pick<Service, 'baseUrl' | 'headers' | 'auth'>;

  /** `reading`: of the same request, where others have read some of it. */
  constructor(
    parts: Parts,
    service: Pick<Service, 'baseUrl' | 'headers' | 'auth'>,
    agent: string | undefined,
    reading = new RequestReading(parts),
  ) {
    this.method = parts.method;
    this.agent = agent === undefined ? undefined : foldText(agent);
    this.#parts = parts;
    this.#reading = reading;
    this.#service = service;
  }

  get fields(): JudgedFields {
    return this.#reading.fields;
  }

  /** Whether it has no body, or one of this kind. */
  hasNoOtherBody(type: BodyType): boolean {
    return hasNoOtherBody(this.#parts, type, this.#service);
  }

  /** Every root field that it may run as GraphQL; undefined when that cannot be told. */
  get graphqlAsks(): readonly GraphqlAsk[] | undefined {
    return this.#reading.graphqlAsks;
  }

  /** Whether it carries a GraphQL document that may change something, wherever it goes. */
  get carriesGraphqlChange(): boolean {
    return this.#reading.carriesGraphqlChange;
  }

  /** A request to a GraphQL endpoint, in whatever spelling: one that may do anything. */
  get isGraphqlCall(): boolean {
    return isGraphqlCall(this.#parts, this.#service.baseUrl.prefix);
  }
}
