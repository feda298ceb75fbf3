const NOTHING = Buffer.alloc(0);
const END_BYTES = 4096;

/**
 * Cuts a byte stream into newline-delimited text lines, never holding more than `cap` bytes of an unfinished one.
 * `cap` may be raised later (after the mutual proof).
 */
export class LineSplitter {
  readonly #late: boolean;
  #head: Buffer = NOTHING;
  #tail: Buffer = NOTHING;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #skipping = false;
  cap: number;

  /** `late`: a line that is too long is told of at its end, when {@link ends} are known, and not as soon as it is too long. */
  constructor(cap: number, { late = false }: { readonly late?: boolean } = {}) {
    this.cap = cap;
    this.#late = late;
  }

  /** How the last line that was too long began and ended, a few kilobytes of each. */
  get ends(): { readonly head: string; readonly tail: string } {
    return { head: this.#head.toString('utf8'), tail: this.#tail.toString('utf8') };
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
        this.#head = Buffer.concat([...this.#pending, part], END_BYTES);
        this.#tail = NOTHING;
        this.#drop();
        this.#skipping = true;
        if (!this.#late) yield tooLong;
      }
      if (this.#skipping) this.#tail = Buffer.concat([this.#tail, part.subarray(-END_BYTES)]).subarray(-END_BYTES);
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
        if (this.#late) yield tooLong;
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
