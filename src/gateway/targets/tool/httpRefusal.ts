/** Why a remote server did not take a message, by its HTTP answer. Nothing in it is the server's own prose. */
export type HttpRefusal =
  /** It knows the session no more. `certain`: it said so, and so did nothing with the message. */
  | { readonly kind: 'session_over'; readonly certain: boolean }
  /** 401. `authenticated`: the policy sends a credential along. */
  | { readonly kind: 'unauthorized'; readonly authenticated: boolean }
  /** 403. */
  | { readonly kind: 'forbidden'; readonly authenticated: boolean }
  /** `to`: where it points, when that is on the same origin. */
  | { readonly kind: 'redirect'; readonly to?: string }
  /** 429. */
  | { readonly kind: 'busy'; readonly retryAfterMs?: number }
  /** It offers the transport of 2024-11-05 (HTTP with SSE) at this address. */
  | { readonly kind: 'older_transport' }
  | { readonly kind: 'status' };

/** What a remote server answered in place of a message of MCP. */
export class HttpRefusedError extends Error {
  readonly status: number;
  readonly refusal: HttpRefusal;

  constructor(status: number, refusal: HttpRefusal) {
    super(`it answered ${status} (${refusal.kind})`);
    this.status = status;
    this.refusal = refusal;
  }

  /** Whether the server can have done anything with the message. Answers of 4xx say that it did not, but for those of time. */
  get mayHaveActed(): boolean {
    return this.status >= 500 || TIMED_OUT.has(this.status);
  }
}

/** 408 Request Timeout, and nginx's 499: what became of the request is not known. */
const TIMED_OUT: ReadonlySet<number> = new Set([408, 499]);

/** Whether a new session with the server may mend it. */
export function isSessionOver(error: unknown): boolean {
  return error instanceof HttpRefusedError && error.refusal.kind === 'session_over';
}

/** Whether the message that ended so may be sent once more, in a new session: it was certainly not taken. */
export function wasNotTaken(error: unknown): boolean {
  return error instanceof HttpRefusedError && error.refusal.kind === 'session_over' && error.refusal.certain;
}
