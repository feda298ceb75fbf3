import type { Incoming } from '../../../http/message.ts';

/** Less than this is the network's and the second's, not the clock's. */
const NOISE_MS = 5000;

/** How far other machines' clocks are from this one's, by the `Date` of their answers (RFC 9110 section 6.6.1). */
export class ClockSkew {
  readonly #offsets = new Map<string, number>();

  note(origin: string, headers: Incoming['headers'], now: number): void {
    const date = Date.parse(headers.find(([name]) => name === 'date')?.[1] ?? '');
    if (Number.isNaN(date)) return;
    const offset = date + 500 - now; // the header cuts the second
    if (Math.abs(offset) < NOISE_MS) this.#offsets.delete(origin);
    else this.#offsets.set(origin, offset);
  }

  /** Milliseconds to add to this machine's time; zero where nothing is known. */
  offset(origin: string): number {
    return this.#offsets.get(origin) ?? 0;
  }
}
