import type { Writable } from 'node:stream';

/**
 * Writes JSON lines, all of one turn of the event loop in one write: with many calls at once, a write for each would
 * cost more than everything else that is done for the call.
 */
export class LineWriter {
  readonly #stream: Writable;
  #pending = '';

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  send(message: unknown): void {
    if (this.#pending === '') setImmediate(() => this.#flush());
    this.#pending += `${JSON.stringify(message)}\n`;
  }

  #flush(): void {
    const lines = this.#pending;
    this.#pending = '';
    if (this.#stream.writable) this.#stream.write(lines);
  }
}
