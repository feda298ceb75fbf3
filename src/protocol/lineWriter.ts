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
    this.sendLine(JSON.stringify(message));
  }

  /** Sends a line that is JSON already. */
  sendLine(json: string): void {
    if (this.#pending === '') setImmediate(() => this.#flush());
    this.#pending += `${json}\n`;
  }

  /** Resolves when the peer has taken what was written, or is gone. Whoever writes to slow readers waits for it. */
  async drained(): Promise<void> {
    if (!this.#stream.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#stream.off('drain', done).off('close', done);
        resolve();
      };
      this.#stream.on('drain', done).on('close', done);
    });
  }

  #flush(): void {
    const lines = this.#pending;
    this.#pending = '';
    if (this.#stream.writable) this.#stream.write(lines);
  }
}
