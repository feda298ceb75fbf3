import type { Rate } from '../core/policy/model.ts';
import { TokenBucket } from './tokenBucket.ts';

/** How often each connection may ask something. */
export class ConnectionRate {
  readonly #rate: Rate;
  readonly #now: () => number;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(rate: Rate, now: () => number) {
    this.#rate = rate;
    this.#now = now;
  }

  /** Counts one more. Gives the milliseconds to wait where that is too many, and counts nothing then; 0 otherwise. */
  take(connection: string): number {
    const now = this.#now();
    const bucket = this.#buckets.get(connection) ?? new TokenBucket(this.#rate);
    const wait = bucket.retryAfter(now);
    if (wait === 0) bucket.take(now);
    this.#buckets.set(connection, bucket);
    return wait;
  }

  disconnect(connection: string): void {
    this.#buckets.delete(connection);
  }
}
