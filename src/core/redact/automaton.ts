import { SINGLE_KINDS, unescapeLayer } from './unescape.ts';

/** One byte sequence to look for. */
export interface Pattern {
  readonly bytes: Uint8Array;
  /** Index of the credential that it is a form of. */
  readonly owner: number;
  /** For values too short to be looked for anywhere: exact case, and as a token of its own only. */
  readonly whole: boolean;
}

/** A match: offsets of one view, end exclusive. */
export interface Hit {
  readonly start: number;
  readonly end: number;
  readonly owner: number;
}

/**
 * Only this many bytes of a pattern are states of the table, which long values such as private keys would make huge.
 * Where a head ends, its pattern alone is followed further.
 */
const HEAD_BYTES = 64;

const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;

/**
 * Finds all patterns in one pass over the bytes (Aho and Corasick 1975), as a complete transition table over byte
 * classes. ASCII letters match in both cases, and `+` matches a space, as form encoding writes it.
 */
export class Automaton {
  /** Length of the shortest pattern that may be anywhere, in bytes; `Infinity` without any. */
  readonly shortest: number;
  /** For each byte 1 when it can be a part of a match, as itself or in an escape: text, and what patterns hold. */
  readonly alphabet: Uint8Array;
  /** Some pattern holds what reads as an escape, so that decoding every kind of escape at once may destroy it. */
  readonly ambiguous: boolean;
  readonly #fold: Uint8Array;
  readonly #classes: Uint8Array;
  /** Rows of `width` states; a state is the offset of its row, and its complement when patterns end there. */
  readonly #next: Int32Array;
  readonly #width: number;
  readonly #ends: readonly (readonly Pattern[] | undefined)[];
  /** For each state the nearest proper suffix state where patterns end; 0 for none. */
  readonly #suffix: Int32Array;
  /** For each pattern longer than its head, the lengths of its prefixes' longest borders. */
  readonly #borders: ReadonlyMap<Pattern, Int32Array>;

  constructor(patterns: readonly Pattern[]) {
    this.shortest = Math.min(...patterns.filter((p) => !p.whole).map((p) => p.bytes.length));
    this.ambiguous = patterns.some(({ bytes }) =>
      SINGLE_KINDS.some((kind) => unescapeLayer(bytes, kind) !== undefined),
    );
    this.#fold = foldTable();
    this.alphabet = alphabetTable(this.#fold, patterns);
    const long = patterns.filter((p) => p.bytes.length > HEAD_BYTES);
    this.#borders = new Map(long.map((p) => [p, bordersOf(p.bytes, this.#fold)]));
    const heads = patterns.map((p) => p.bytes.subarray(0, HEAD_BYTES));
    const { classes, width } = classTable(this.#fold, heads);
    this.#classes = classes;
    this.#width = width;

    const room = heads.reduce((sum, head) => sum + head.length, 1);
    const next = new Int32Array(room * width);
    const ends: Pattern[][] = [];
    let states = 1;
    for (const [index, head] of heads.entries()) {
      let state = 0;
      for (const byte of head) {
        const edge = state + at(classes, byte);
        let target = at(next, edge);
        if (target === 0) {
          target = states * width;
          states += 1;
          next[edge] = target;
        }
        state = target;
      }
      const pattern = patterns[index];
      if (pattern !== undefined && state !== 0) {
        const list = ends[state / width] ?? [];
        list.push(pattern);
        ends[state / width] = list;
      }
    }
    this.#suffix = complete(next, states, width, ends);
    this.#next = next.subarray(0, states * width);
    this.#ends = ends;
  }

  /** All matches in `bytes`, by their ends. `packed` says that the bytes were unpacked: no short values in there. */
  scan(bytes: Uint8Array, packed: boolean): Hit[] {
    const hits: Hit[] = [];
    const followed = new Map<Pattern, number>();
    const next = this.#next;
    const classes = this.#classes;
    const length = bytes.length;
    let state = 0;
    for (let i = 0; i < length; i++) {
      state = next[state + (classes[bytes[i] as number] as number)] as number;
      if (state < 0) {
        state = ~state;
        this.#collect(hits, bytes, i + 1, state, packed, followed);
      }
    }
    return hits;
  }

  #collect(
    hits: Hit[],
    bytes: Uint8Array,
    end: number,
    state: number,
    packed: boolean,
    followed: Map<Pattern, number>,
  ): void {
    for (let index = state / this.#width; index !== 0; index = at(this.#suffix, index)) {
      for (const pattern of this.#ends[index] ?? []) {
        const { owner, whole, bytes: wanted } = pattern;
        const borders = this.#borders.get(pattern);
        if (borders !== undefined) {
          if (end > (followed.get(pattern) ?? 0)) {
            followed.set(pattern, this.#follow(hits, bytes, end, pattern, borders));
          }
        } else if (!whole || (!packed && isToken(bytes, end - wanted.length, wanted))) {
          addHit(hits, { start: end - wanted.length, end, owner });
        }
      }
    }
  }

  /**
   * Follows one long pattern from the end of its head (Knuth, Morris and Pratt 1977) until less than a head is left of
   * it. Returns up to where heads need no following again, so that no byte is looked at twice for one pattern.
   */
  #follow(hits: Hit[], bytes: Uint8Array, from: number, pattern: Pattern, borders: Int32Array): number {
    const wanted = pattern.bytes;
    let matched = HEAD_BYTES;
    for (let i = from; i < bytes.length; i++) {
      const byte = at(this.#fold, at(bytes, i));
      while (matched >= HEAD_BYTES && at(this.#fold, at(wanted, matched)) !== byte) {
        matched = at(borders, matched - 1);
      }
      if (matched < HEAD_BYTES) {
        return i;
      }
      matched += 1;
      if (matched === wanted.length) {
        addHit(hits, { start: i + 1 - matched, end: i + 1, owner: pattern.owner });
        matched = at(borders, matched - 1);
        if (matched < HEAD_BYTES) {
          return i + 1;
        }
      }
    }
    return bytes.length;
  }
}

/** Adds a hit, growing the last one instead when the two overlap: a periodic value gives one hit, not one a byte. */
function addHit(hits: Hit[], hit: Hit): void {
  const last = hits.at(-1);
  if (last !== undefined && last.owner === hit.owner && hit.start >= last.start && hit.start < last.end) {
    hits[hits.length - 1] = { ...last, end: Math.max(last.end, hit.end) };
  } else {
    hits.push(hit);
  }
}

/**
 * Turns a trie into a complete automaton in place: missing edges lead where the longest proper suffix leads, and edges
 * into states where a pattern ends are complemented. Returns the suffix links for collecting matches.
 */
function complete(
  next: Int32Array,
  states: number,
  width: number,
  ends: readonly (readonly Pattern[] | undefined)[],
): Int32Array {
  const fail = new Int32Array(states);
  const suffix = new Int32Array(states);
  const queue = new Int32Array(states);
  let filled = 1;
  for (let head = 0; head < filled; head++) {
    const state = at(queue, head);
    const back = at(fail, state / width);
    for (let c = 0; c < width; c++) {
      const target = at(next, state + c);
      const fallback = state === 0 ? 0 : at(next, back + c);
      if (target === 0) {
        next[state + c] = fallback;
      } else {
        fail[target / width] = fallback;
        suffix[target / width] = ends[fallback / width] === undefined ? at(suffix, fallback / width) : fallback / width;
        queue[filled] = target;
        filled += 1;
      }
    }
  }
  for (let edge = 0; edge < states * width; edge++) {
    const target = at(next, edge);
    if (target !== 0 && (ends[target / width] !== undefined || at(suffix, target / width) !== 0)) {
      next[edge] = ~target;
    }
  }
  return suffix;
}

/** For each prefix of a pattern the length of its longest proper prefix that is also its suffix. */
function bordersOf(bytes: Uint8Array, fold: Uint8Array): Int32Array {
  const borders = new Int32Array(bytes.length);
  let length = 0;
  for (let i = 1; i < bytes.length; i++) {
    while (length > 0 && at(fold, at(bytes, i)) !== at(fold, at(bytes, length))) {
      length = at(borders, length - 1);
    }
    length += at(fold, at(bytes, i)) === at(fold, at(bytes, length)) ? 1 : 0;
    borders[i] = length;
  }
  return borders;
}

function alphabetTable(fold: Uint8Array, patterns: readonly Pattern[]): Uint8Array {
  const wanted = new Set(patterns.flatMap((pattern) => [...pattern.bytes].map((byte) => at(fold, byte))));
  const text = (byte: number): boolean => (byte >= 0x20 && byte < 0x7f) || (byte >= 9 && byte <= 13) || byte === 0;
  return Uint8Array.from(fold, (folded, byte) => (text(byte) || wanted.has(folded) ? 1 : 0));
}

function foldTable(): Uint8Array {
  const fold = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte));
  fold[0x2b] = 0x20;
  return fold;
}

/** Numbers the folded bytes that occur in patterns from 1; every other byte is class 0, which leads to the root. */
function classTable(fold: Uint8Array, heads: readonly Uint8Array[]): { classes: Uint8Array; width: number } {
  const used = [...new Set(heads.flatMap((head) => [...head].map((byte) => at(fold, byte))))];
  // With all 256 bytes in use no byte is left to need class 0.
  const first = used.length < 256 ? 1 : 0;
  const ids = new Map(used.map((byte, index) => [byte, index + first]));
  return { classes: Uint8Array.from(fold, (byte) => ids.get(byte) ?? 0), width: used.length + first };
}

function isToken(bytes: Uint8Array, start: number, wanted: Uint8Array): boolean {
  const end = start + wanted.length;
  const before = bytes[start - 1];
  const after = bytes[end];
  // Beside a marker it was not a token before that marker was put there; redacting twice changes nothing.
  if (isWordByte(before) || isWordByte(after) || before === BRACKET_CLOSE || after === BRACKET_OPEN) {
    return false;
  }
  return wanted.every((byte, index) => byte === bytes[start + index]);
}

function isWordByte(byte: number | undefined): boolean {
  return (
    byte !== undefined &&
    ((byte >= 0x30 && byte <= 0x39) ||
      (byte >= 0x41 && byte <= 0x5a) ||
      (byte >= 0x61 && byte <= 0x7a) ||
      byte === 0x5f ||
      byte >= 0x80)
  );
}

/** An element that is known to be there. */
function at(array: Uint8Array | Int32Array, index: number): number {
  return array[index] as number;
}
