import type { Limits } from '../../limits/limitsModel.ts';
import type { BaseUrl } from '../../net/baseUrl.ts';
import type { Network } from '../../net/network.ts';
import type { Span } from '../../text/span.ts';
import type { Auth } from '../auth/authTypes.ts';
import type { Rule } from './rule.ts';

export interface ServiceHeaders {
  /** Fixed vendor headers, lower-case names. */
  readonly set: readonly (readonly [name: string, value: string])[];
  /** Caller headers let through beyond the standard ones, lower-case names. */
  readonly allow: readonly string[];
}

/** A read that shows whether the API takes the credential. The path may carry a query. */
export interface VerifyRequest {
  readonly method: 'GET' | 'HEAD';
  readonly path: string;
}

export interface Service {
  readonly name: string;
  readonly description?: string;
  readonly baseUrl: BaseUrl;
  readonly environment?: string;
  readonly network: Network;
  /** Segments may hold `%2F`: allow rules read it as it stands, others both ways. */
  readonly encodedSlash?: true;
  readonly auth: Auth;
  readonly headers: ServiceHeaders;
  readonly rules: readonly Rule[];
  readonly limits: Limits;
  /** What the user's *Verify Credential* sends; it needs no rule. */
  readonly verify?: VerifyRequest;
  /** After how many days the credential should be replaced. */
  readonly rotateEveryDays?: number;
  /** The service's key in the text. */
  readonly span: Span;
  readonly line: number;
}
