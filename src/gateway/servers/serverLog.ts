import type { Recorder } from '../audit/recorder.ts';

/** Lines of a server's own logging that are kept, in a minute. */
const LINES = 60;
/** Longest text of a server's own that is passed on, in characters. */
export const LOG_CHARS = 500;

/** A server's own words in the product's log: redacted, cut, and no more than so many. */
export class ServerLog {
  readonly #name: string;
  readonly #recorder: Pick<Recorder, 'log' | 'redact'>;
  readonly #now: () => number;
  #lines = 0;
  #since = 0;

  constructor(name: string, recorder: Pick<Recorder, 'log' | 'redact'>, now: () => number) {
    this.#name = name;
    this.#recorder = recorder;
    this.#now = now;
  }

  write(text: string): void {
    const now = this.#now();
    if (now - this.#since > 60_000) {
      this.#since = now;
      this.#lines = 0;
    }
    this.#lines++;
    if (this.#lines > LINES) return;
    // All of it, before it is cut: the beginning of a credential would not be recognized.
    const line = this.#recorder.redact(text).slice(0, LOG_CHARS);
    const more = this.#lines === LINES ? ' (and more, which is left out for a minute)' : '';
    this.#recorder.log('info', `${this.#name} says: ${JSON.stringify(line)}${more}`);
  }
}
