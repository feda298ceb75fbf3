import type { Rate } from '../../../../core/limits/limitsModel.ts';
import { TokenBucket } from '../../../tokenBucket.ts';

/** How often something may be made with each credential. What was made is never forgotten early; less of it is made. */
export class Allowance {
  readonly #rates: readonly Rate[];
  readonly #now: () => number;
  readonly #buckets = new Map<string, readonly TokenBucket[]>();
  #latest = 0;

  /** All rates count. */
  constructor(rates: readonly Rate[], now: () => number) {
    this.#rates = rates;
    this.#now = now;
  }

  /** Milliseconds until one more may be made; 0 for now. */
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

  #of(key: string): readonly TokenBucket[] {
    const buckets = this.#buckets.get(key) ?? this.#rates.map((rate) => new TokenBucket(rate));
    this.#buckets.set(key, buckets);
    return buckets;
  }
}
