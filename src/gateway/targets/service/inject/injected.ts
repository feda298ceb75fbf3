import type { BaseUrl } from '../../../../core/net/baseUrl.ts';
import type { CanonicalRequest } from '../../../../core/request/parts/requestModel.ts';
import type { Secret } from '../../../../core/secret.ts';

/** The parts of a request that an auth type adds to. */
export interface Injected {
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** What a signature can cover. */
export type ToSign = Pick<CanonicalRequest, 'method' | 'target' | 'headers' | 'body'> & { readonly baseUrl: BaseUrl };

/** A request with what was made for it. */
export interface Signed extends Injected {
  readonly signature?: Signature;
}

/** As secret as the credential while somebody takes it. */
export interface Signature {
  readonly value: Secret;
  /** How long it is worth something, in milliseconds: `Infinity` for one that holds no date. */
  readonly lifeMs: number;
}
