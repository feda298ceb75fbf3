/**
 * Cuts a byte stream into newline-delimited text lines, never holding more than `cap` bytes of an unfinished one.
 * `cap` may be raised later (after the mutual proof).
 */
export class LineSplitter {
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #skipping = false;
  cap: number;

  constructor(cap: number) {
    this.cap = cap;
  }

  /**
   * The lines that `chunk` completes, without their newline. A line longer than the cap is given once as `tooLong`,
   * as soon as that is known, and what follows of it is skipped.
   */
  *push(chunk: Buffer): Generator<string | typeof tooLong> {
    let rest = chunk;
    for (;;) {
      const newline = rest.indexOf(0x0a);
      const part = newline === -1 ? rest : rest.subarray(0, newline);
      if (!this.#skipping && this.#pendingBytes + part.length > this.cap) {
        this.#drop();
        this.#skipping = true;
        yield tooLong;
      }
      if (newline === -1) {
        if (!this.#skipping && part.length > 0) {
          this.#pending.push(part);
          this.#pendingBytes += part.length;
        }
        return;
      }
      rest = rest.subarray(newline + 1);
      if (this.#skipping) {
        this.#skipping = false;
        continue;
      }
      const line = this.#pending.length === 0 ? part : Buffer.concat([...this.#pending, part]);
      this.#drop();
      yield line.toString('utf8');
    }
  }

  #drop(): void {
    this.#pending = [];
    this.#pendingBytes = 0;
  }
}

/** Stands for a line that was longer than the cap. */
export const tooLong: unique symbol = Symbol('line too long');
