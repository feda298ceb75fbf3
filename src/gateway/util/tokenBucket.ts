import type { Rate } from '../../core/limits/limitsModel.ts';
import { PERIOD_SECONDS } from '../../core/limits/units.ts';

/**
 * A rate as a bucket: it holds as many tokens as the rate has requests, each request takes one, and they come back
 * evenly over the period. So a burst of the whole count is possible, and never more than twice the count in a period.
 */
export class TokenBucket {
  readonly rate: Rate;
  /** Milliseconds in which one token comes back. */
  readonly #msPerToken: number;
  #tokens: number;
  #at: number;

  /** The bucket as it is after requests at these times: milliseconds since the epoch, oldest first. */
  constructor(rate: Rate, startedAt: readonly number[] = []) {
    this.rate = rate;
    this.#msPerToken = (PERIOD_SECONDS[rate.per] * 1000) / rate.count;
    this.#tokens = rate.count;
    this.#at = startedAt[0] ?? 0;
    for (const time of startedAt) this.take(time);
  }

  /** Milliseconds from `now` until there is a token; 0 for now. */
  retryAfter(now: number): number {
    const missing = 1 - this.#filled(now);
    // What is missing by rounding alone is there.
    return missing <= 1e-9 ? 0 : Math.max(1, missing * this.#msPerToken);
  }

  take(now: number): void {
    this.#tokens = Math.max(0, this.#filled(now) - 1);
    this.#at = Math.max(this.#at, now);
  }

  /** Takes a token that may not be there: for what was under way before. A period makes up for all that is owed. */
  owe(now: number): void {
    this.#tokens = Math.max(-this.rate.count, this.#filled(now) - 1);
    this.#at = Math.max(this.#at, now);
  }

  /** Gives a token back that was taken and not used. */
  putBack(): void {
    this.#tokens = Math.min(this.rate.count, this.#tokens + 1);
  }

  #filled(now: number): number {
    return Math.min(this.rate.count, this.#tokens + Math.max(0, now - this.#at) / this.#msPerToken);
  }
}
