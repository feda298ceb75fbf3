import { EDGE, type SignatureTable, SPAN, slotAt } from './signatureReader.ts';

/** Slots for each entry, so that nearly every look at one finds it empty. */
const ROOMINESS = 4;

/** A table for so many signatures of so many symbols in all, and what its owner alone knows of each. */
export class SignatureRoom {
  /** For each entry when it ends, in milliseconds since the epoch. */
  readonly ends: Float64Array;
  #table: SignatureTable;
  #count = 0;
  #used = 0;

  constructor(entries: number, bytes: number, names: readonly string[]) {
    this.ends = new Float64Array(entries);
    this.#table = emptyTable(entries, bytes, names);
  }

  get table(): SignatureTable {
    return this.#table;
  }

  get count(): number {
    return this.#count;
  }

  /** With a quarter left, so that everything can be taken elsewhere little by little before it is full. */
  get isNearlyFull(): boolean {
    return 4 * this.#count > 3 * this.ends.length || 4 * this.#used > 3 * this.#table.pool.length;
  }

  hasRoomFor(symbols: Uint8Array): boolean {
    return this.#count < this.ends.length && this.#used + symbols.length <= this.#table.pool.length;
  }

  symbolsOf(entry: number): Uint8Array {
    const { pool, spans } = this.#table;
    const first = spans[entry * SPAN] as number;
    return pool.subarray(first, first + (spans[entry * SPAN + 1] as number));
  }

  ownerOf(entry: number): number {
    return this.#table.spans[entry * SPAN + 2] as number;
  }

  enter(symbols: Uint8Array, owner: number, until: number): void {
    const { pool, spans, heads, tails, shortest, longest } = this.#table;
    pool.set(symbols, this.#used);
    spans[this.#count * SPAN] = this.#used;
    spans[this.#count * SPAN + 1] = symbols.length;
    spans[this.#count * SPAN + 2] = owner;
    this.ends[this.#count] = until;
    this.#used += symbols.length;
    this.#count += 1;
    // Last, as another thread may be looking.
    enterSlot(heads, slotAt(symbols, 0, heads.length), this.#count);
    enterSlot(tails, slotAt(symbols, symbols.length - EDGE, tails.length), this.#count);
    if (symbols.length >= shortest && symbols.length <= longest) return;
    this.#table = {
      ...this.#table,
      shortest: Math.min(shortest, symbols.length),
      longest: Math.max(longest, symbols.length),
    };
  }
}

function enterSlot(slots: Uint32Array, from: number, number: number): void {
  let slot = from;
  while (slots[slot] !== 0) slot = (slot + 1) % slots.length;
  slots[slot] = number;
}

function emptyTable(entries: number, bytes: number, names: readonly string[]): SignatureTable {
  const slots = 2 ** Math.ceil(Math.log2(ROOMINESS * entries));
  const numbers = (count: number): Uint32Array =>
    new Uint32Array(new SharedArrayBuffer(count * Uint32Array.BYTES_PER_ELEMENT));
  return {
    pool: new Uint8Array(new SharedArrayBuffer(bytes)),
    spans: numbers(entries * SPAN),
    heads: numbers(slots),
    tails: numbers(slots),
    shortest: Number.POSITIVE_INFINITY,
    longest: 0,
    names,
  };
}
