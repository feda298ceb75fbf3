import type { Recorder } from '../../audit/recorder.ts';

/** Lines of a server's own logging that are kept, in a minute. */
const LINES = 60;
/** Longest text of a server's own that is passed on, in characters; and the longest that is looked through for that. */
const LOG_CHARS = 500;
const READ_CHARS = 4096;

/**
 * A server's own words, to be passed on beside its answers: without credentials, and cut. All of them are looked through
 * before, as the beginning of a credential would not be recognised; so there must not be many.
 */
export function fewWords(text: string, recorder: Pick<Recorder, 'redact'>): string {
  if (text.length > READ_CHARS) return `(${text.length} characters, which are too many to show)`;
  return recorder.redact(text).slice(0, LOG_CHARS);
}

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

  /** What the server said. */
  write(text: () => string): void {
    this.#write(`${this.#name} says`, text);
  }

  /** What is wrong with the connection to it, or with what came over that: in other words than its own. */
  noteTrouble(text: () => string): void {
    this.#write(`Connection to ${this.#name}`, text);
  }

  #write(intro: string, text: () => string): void {
    const now = this.#now();
    if (now - this.#since > 60_000) {
      this.#since = now;
      this.#lines = 0;
    }
    this.#lines++;
    if (this.#lines > LINES) return;
    const line = fewWords(text(), this.#recorder);
    const more = this.#lines === LINES ? ' (and more, which is left out for a minute)' : '';
    this.#recorder.log('info', `${intro}: ${JSON.stringify(line)}${more}`);
  }
}
