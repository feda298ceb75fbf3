import type { Secret } from '../secret.ts';
import { base64Bytes, utf8 } from './bytes.ts';
import { opened } from './opened.ts';
import { EDGE, SignatureReader, type SignatureTable, SPAN, SYMBOLS, slotAt } from './signatureReader.ts';

/** Longer than any signature in text: RSA of 4096 bits in hexadecimal. */
const LONGEST = 1024;

const LEAST_ENTRIES = 256;
/** Slots for each entry, so that nearly every look at one finds it empty. */
const ROOMINESS = 4;
/** SHA-256 in hexadecimal, about the longest of those that are usual. */
const USUAL_LENGTH = 64;

/**
 * Thousands of signatures, each as hexadecimal and as base64, whichever of the two was sent. One is made for every request,
 * so that putting one in must not depend on how many there are: unlike tokens and credentials they are no part of the
 * redactor's matcher, which would be made anew each time.
 */
export class SignatureIndex extends SignatureReader {
  readonly #names: string[];
  #count = 0;
  #used = 0;
  /** For each entry when it ends, in milliseconds since the epoch. */
  #ends = new Float64Array(LEAST_ENTRIES);

  constructor() {
    const names: string[] = [];
    super(emptyTable(LEAST_ENTRIES, LEAST_ENTRIES * USUAL_LENGTH, names));
    this.#names = names;
  }

  /** Whether this very signature is held, whoever made it. */
  has(signature: Secret): boolean {
    return spellingsOf(opened(signature)).every((symbols) => this.#find(symbols) !== undefined);
  }

  /** Takes a signature out until then, in milliseconds since the epoch; one that is held already not for less long. */
  add(name: string, signature: Secret, until: number): void {
    let owner = this.#names.indexOf(name);
    if (owner === -1) owner = this.#names.push(name) - 1;
    for (const symbols of spellingsOf(opened(signature))) {
      const known = this.#find(symbols);
      if (known === undefined) this.#put(symbols, owner, until);
      else this.#ends[known - 1] = Math.max(this.#ends[known - 1] as number, until);
    }
  }

  /** What was to be taken out for good with this name is so until then only: the credential that made it was replaced. */
  retire(name: string, until: number): void {
    const owner = this.#names.indexOf(name);
    for (let i = 0; i < this.#count; i++) {
      const endless = this.#ends[i] === Number.POSITIVE_INFINITY;
      if (endless && this.table.spans[i * SPAN + 2] === owner) this.#ends[i] = until;
    }
  }

  /** Forgets what is worth nothing any more. Takes time for each that is held. */
  sweep(now: number): void {
    const kept = this.#ends.subarray(0, this.#count).filter((end) => end > now).length;
    if (kept < this.#count) this.#move(Math.max(LEAST_ENTRIES, 2 * kept), this.table.pool.length, now);
  }

  #find(symbols: Uint8Array): number | undefined {
    const { heads, pool } = this.table;
    for (const { number, first, length } of this.chain(heads, slotAt(symbols, 0, heads.length))) {
      if (length === symbols.length && symbols.every((symbol, at) => symbol === pool[first + at])) return number;
    }
    return undefined;
  }

  #put(symbols: Uint8Array, owner: number, until: number): void {
    const { pool } = this.table;
    if (this.#count === this.#ends.length || this.#used + symbols.length > pool.length) {
      // Twice as large each time, so that moving costs each signature the same.
      this.#move(2 * this.#ends.length, 2 * (pool.length + symbols.length), Number.NEGATIVE_INFINITY);
    }
    this.#enter(symbols, owner, until);
  }

  /** Takes what has not ended over into another table. */
  #move(entries: number, bytes: number, now: number): void {
    const { pool, spans } = this.table;
    const count = this.#count;
    const ends = this.#ends;
    this.table = emptyTable(entries, bytes, this.#names);
    this.#ends = new Float64Array(entries);
    this.#count = 0;
    this.#used = 0;
    for (let i = 0; i < count; i++) {
      const end = ends[i] as number;
      if (end <= now) continue;
      const first = spans[i * SPAN] as number;
      const length = spans[i * SPAN + 1] as number;
      this.#enter(pool.subarray(first, first + length), spans[i * SPAN + 2] as number, end);
    }
  }

  #enter(symbols: Uint8Array, owner: number, until: number): void {
    const { pool, spans, heads, tails, shortest, longest } = this.table;
    pool.set(symbols, this.#used);
    spans[this.#count * SPAN] = this.#used;
    spans[this.#count * SPAN + 1] = symbols.length;
    spans[this.#count * SPAN + 2] = owner;
    this.#ends[this.#count] = until;
    this.#used += symbols.length;
    this.#count += 1;
    // Last, as another thread may be looking.
    enterSlot(heads, slotAt(symbols, 0, heads.length), this.#count);
    enterSlot(tails, slotAt(symbols, symbols.length - EDGE, tails.length), this.#count);
    if (symbols.length >= shortest && symbols.length <= longest) return;
    this.table = {
      ...this.table,
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

/** A signature in hexadecimal and in base64; as it is, where it is neither. */
function spellingsOf(text: string): Uint8Array[] {
  const bytes = /^(?:[0-9a-f]{2})+$/i.test(text) ? fromHex(text) : base64Bytes(text);
  const texts = bytes === undefined ? [text] : [toHex(bytes), toBase64(bytes)];
  return texts
    .map(symbolsOf)
    .filter((symbols) => symbols.length >= EDGE && symbols.length <= LONGEST && !symbols.includes(0));
}

function symbolsOf(text: string): Uint8Array {
  const bare = text.replace(/={1,2}$/, ''); // the padding of base64
  return utf8(bare).map((byte) => SYMBOLS[byte] as number);
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16));
}

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
