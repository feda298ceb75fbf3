import type { Rate } from '../../core/limits/limitsModel.ts';
import { TokenBucket } from './tokenBucket.ts';

/** How often something may happen for each of many keys, such as credentials or connections. */
export class KeyedRates {
  readonly #rates: readonly Rate[];
  readonly #now: () => number;
  readonly #buckets = new Map<string, readonly TokenBucket[]>();
  #latest = 0;

  /** All rates count. */
  constructor(rates: readonly Rate[], now: () => number) {
    this.#rates = rates;
    this.#now = now;
  }

  /** Milliseconds until it may happen once more; 0 for now. */
  wait(key: string): number {
    const now = this.#now();
    // Of a clock that was set back nothing is known any more: otherwise it would have to catch up first.
    if (now < this.#latest) this.#buckets.clear();
    this.#latest = now;
    return Math.ceil(Math.max(...this.#of(key).map((bucket) => bucket.retryAfter(now))));
  }

  take(key: string): void {
    for (const bucket of this.#of(key)) bucket.take(this.#now());
  }

  /** What happened for the key counts no more. */
  forget(key: string): void {
    this.#buckets.delete(key);
  }

  #of(key: string): readonly TokenBucket[] {
    const buckets = this.#buckets.get(key) ?? this.#rates.map((rate) => new TokenBucket(rate));
    this.#buckets.set(key, buckets);
    return buckets;
  }
}
