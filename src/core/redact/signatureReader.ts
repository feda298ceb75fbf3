import type { Hit } from './matcher.ts';
import { SEPARATOR } from './unpack.ts';

/** A signature is found by its first and its last characters, this many: chance repeats 41 bits hardly ever. */
export const EDGE = 8;

/** Whoever has all of one but so many symbols may guess the rest. */
const FEW_MISSING = 16;

/** Letters in one case, digits, and the two signs of base64 in either alphabet; 0 for what no signature has in it. */
export const SYMBOLS = symbolTable();

/** For each byte 1 when it can be a part of a signature. */
const ALPHABET = SYMBOLS.map((symbol) => (symbol === 0 ? 0 : 1));

/** Numbers for each entry: where its symbols begin, how many it has, and whose it is. */
export const SPAN = 3;

/**
 * Signatures in memory that threads share, so that none of them has to be told of each. Only its owner writes to it, and
 * never moves anything; what takes more room is another table.
 */
export interface SignatureTable {
  /** The symbols of all entries, one after the other. */
  readonly pool: Uint8Array;
  readonly spans: Uint32Array;
  /** Numbers of entries, from 1, by the hash of their first symbols; after a taken slot comes the next. A power of two. */
  readonly heads: Uint32Array;
  /** The same by their last symbols. */
  readonly tails: Uint32Array;
  /** Lengths in symbols; `Infinity` and 0 without any. */
  readonly shortest: number;
  readonly longest: number;
  /** Of services, by owner. */
  readonly names: readonly string[];
}

/**
 * Finds thousands of signatures in one pass. They are as good as random, so that hardly two begin or end alike, and nobody
 * can make them do so; and each byte is looked at further only where eight characters are those of a signature.
 *
 * A piece of eight characters or more at the very beginning or end of a text counts: an API may cut what it repeats. Elsewhere one
 * counts that lacks few.
 */
export class SignatureReader {
  table: SignatureTable;

  constructor(table: SignatureTable) {
    this.table = table;
  }

  /** In bytes; `Infinity` without any. */
  get shortest(): number {
    return this.table.shortest;
  }

  get alphabet(): Uint8Array {
    return ALPHABET;
  }

  nameOf(owner: number): string {
    return this.table.names[owner] ?? '';
  }

  /** All matches in bytes. */
  scan(bytes: Uint8Array): Hit[] {
    const hits: Hit[] = [];
    const { heads, tails, longest } = this.table;
    if (longest === 0) return hits;
    let high = 0;
    let low = 0;
    let run = 0;
    let edge = 0;
    for (let i = 0; i < bytes.length; i++) {
      const symbol = SYMBOLS[bytes[i] as number] as number;
      if (symbol === 0) {
        run = 0;
        if (bytes[i] === SEPARATOR) edge = i + 1;
        continue;
      }
      high = ((high << 6) | (low >>> 18)) & 0xffffff;
      low = ((low << 6) | symbol) & 0xffffff;
      run += 1;
      if (run < EDGE) continue;
      const slot = slotOf(high, low, heads.length);
      if (heads[slot] !== 0) this.#collectHeads(hits, bytes, i + 1 - EDGE, slot);
      // Only there can a text begin with the rest of one, and elsewhere one ends where its symbols do.
      if (tails[slot] !== 0 && (i - edge < longest || SYMBOLS[bytes[i + 1] ?? 0] === 0))
        this.#collectTails(hits, bytes, edge, i + 1, slot);
    }
    return hits;
  }

  #collectHeads(hits: Hit[], bytes: Uint8Array, start: number, slot: number): void {
    const { pool, heads } = this.table;
    for (const { first, length, owner } of this.chain(heads, slot)) {
      let same = 0;
      while (same < length && SYMBOLS[bytes[start + same] ?? 0] === pool[first + same]) same += 1;
      const end = start + same;
      const cut = end === bytes.length || bytes[end] === SEPARATOR || length - same <= FEW_MISSING;
      if (same >= EDGE && cut) hits.push({ start, end, owner });
    }
  }

  #collectTails(hits: Hit[], bytes: Uint8Array, edge: number, end: number, slot: number): void {
    const { pool, tails } = this.table;
    for (const { first, length, owner } of this.chain(tails, slot)) {
      const most = Math.min(end - edge, length);
      const last = first + length;
      let same = 0;
      while (same < most && SYMBOLS[bytes[end - same - 1] as number] === pool[last - same - 1]) same += 1;
      const cut = same === end - edge || length - same <= FEW_MISSING;
      if (same >= EDGE && cut && same < length) hits.push({ start: end - same, end, owner });
    }
  }

  /** The entries that may be meant by a slot. */
  protected *chain(
    slots: Uint32Array,
    from: number,
  ): Generator<{ readonly number: number; readonly first: number; readonly length: number; readonly owner: number }> {
    const { spans } = this.table;
    for (let slot = from; slots[slot] !== 0; slot = (slot + 1) % slots.length) {
      const number = slots[slot] as number;
      const [first = 0, length = 0, owner = 0] = spans.subarray((number - 1) * SPAN, number * SPAN);
      yield { number, first, length, owner };
    }
  }
}

/** The slot of the symbols from there on. */
export function slotAt(symbols: Uint8Array, from: number, slots: number): number {
  let high = 0;
  let low = 0;
  for (let i = from; i < from + EDGE; i++) {
    high = ((high << 6) | (low >>> 18)) & 0xffffff;
    low = ((low << 6) | (symbols[i] as number)) & 0xffffff;
  }
  return slotOf(high, low, slots);
}

/** The numbers are odd and otherwise of no meaning: they mix the bits (Knuth, volume 3, 6.4). */
function slotOf(high: number, low: number, slots: number): number {
  const mixed = Math.imul(high ^ Math.imul(low, 0x9e3779b1), 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) & (slots - 1);
}

function symbolTable(): Uint8Array {
  const table = new Uint8Array(256);
  for (const [index, char] of [...'abcdefghijklmnopqrstuvwxyz0123456789'].entries()) {
    table[char.charCodeAt(0)] = index + 1;
    table[char.toUpperCase().charCodeAt(0)] = index + 1;
  }
  // A form writes a plus as a blank, and what decodes one may leave a blank.
  for (const char of '+- ') table[char.charCodeAt(0)] = 37;
  for (const char of '/_') table[char.charCodeAt(0)] = 38;
  return table;
}
