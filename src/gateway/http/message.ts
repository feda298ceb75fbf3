import type { BaseUrl } from '../../core/net/baseUrl.ts';
import type { Network } from '../../core/net/network.ts';

/** One request as it goes onto the wire. Headers carry the credential: never logged, never kept. */
export interface Outgoing {
  readonly baseUrl: BaseUrl;
  readonly network: Network;
  readonly method: string;
  /** Request target, byte for byte. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string | undefined;
}

/** What came back, still compressed and undecoded. */
export interface Incoming {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

export interface SendOptions {
  /** Cap on the body as received, in bytes. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /**
   * Called at the moment of writing, when the connection stands and not a byte of the request has left. What it throws
   * ends the request unsent.
   */
  readonly beforeWrite: () => void;
}
