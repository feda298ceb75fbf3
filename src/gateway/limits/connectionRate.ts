import type { Rate } from '../../core/limits/limitsModel.ts';
import { refusals } from '../call/model/refusals.ts';
import { KeyedRates } from '../util/keyedRates.ts';

/** How often each connection may call a tool that is no call to an API. */
export class ConnectionRate {
  readonly #tool: 'list_services' | 'request_access';
  readonly #rates: KeyedRates;

  constructor(tool: 'list_services' | 'request_access', rate: Rate, now: () => number) {
    this.#tool = tool;
    this.#rates = new KeyedRates([rate], now);
  }

  /** Counts one more. Throws `rate_limited` where that is too many, and counts nothing then. */
  admit(connection: string): void {
    const wait = this.#rates.wait(connection);
    if (wait > 0) throw refusals.askedTooOften(this.#tool, wait);
    this.#rates.take(connection);
  }

  disconnect(connection: string): void {
    this.#rates.forget(connection);
  }
}
