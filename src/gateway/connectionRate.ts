import type { Rate } from '../core/limits/limitsModel.ts';
import { refusals } from './call/refusals.ts';
import { TokenBucket } from './tokenBucket.ts';

/** How often each connection may call a tool that is no call to an API. */
export class ConnectionRate {
  readonly #tool: 'list_services' | 'request_access';
  readonly #rate: Rate;
  readonly #now: () => number;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(tool: 'list_services' | 'request_access', rate: Rate, now: () => number) {
    this.#tool = tool;
    this.#rate = rate;
    this.#now = now;
  }

  /** Counts one more. Throws `rate_limited` where that is too many, and counts nothing then. */
  admit(connection: string): void {
    const now = this.#now();
    const bucket = this.#buckets.get(connection) ?? new TokenBucket(this.#rate);
    const wait = bucket.retryAfter(now);
    this.#buckets.set(connection, bucket);
    if (wait > 0) throw refusals.askedTooOften(this.#tool, wait);
    bucket.take(now);
  }

  disconnect(connection: string): void {
    this.#buckets.delete(connection);
  }
}
