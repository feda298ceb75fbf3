import { appendTo } from '../appendTo.ts';
import { Alphabet } from './bytes.ts';
import { ESCAPE_LEADS, SINGLE_KINDS, unescapeLayer } from './unescape.ts';

/** A value of this many bytes or more is looked for anywhere, and so are pieces of it from this length on. */
export const LEAST = 8;

/**
 * Which pieces of a pattern count as it where they stand cut off: see {@link Matcher}. Eight bytes of what is secret must be
 * in a piece: whether one is taken out tells who wrote it whether it was guessed right, and eight at once are not guessed.
 */
export interface PieceRule {
  /** So many bytes at the beginning are known to everybody, such as `sk_live_`. */
  readonly publicStart: number;
  /** So are those from here to there, such as `T3BlbkFJ`. */
  readonly publicMiddle: readonly [from: number, to: number];
  /** So many at the end. */
  readonly publicEnd: number;
  /** A dash behind or before a piece says nothing: others write the value, and values like it, in groups. */
  readonly groups: boolean;
}

/** One byte sequence to look for. */
export interface Pattern {
  readonly bytes: Uint8Array;
  /** Index of the credential that it is a form of. */
  readonly owner: number;
  /** For values too short to be looked for anywhere: exact case, and as a token of its own only. */
  readonly whole: boolean;
  /** Undefined where only all of it counts. */
  readonly pieces: PieceRule | undefined;
}

/** A match: offsets of one view, end exclusive. */
export interface Hit {
  readonly start: number;
  readonly end: number;
  readonly owner: number;
}

/** A pattern that is looked for, and how far it was followed in the bytes that are looked through just now. */
interface Entry {
  readonly pattern: Pattern;
  /** It holds what reads as an escape. */
  readonly ambiguous: boolean;
  /** The scan that met it last. */
  scan: number;
  /** Where its last match ended then: what lies inside of that needs no following again. */
  end: number;
}

/** Where eight bytes in a row stand in a pattern. */
interface Place {
  readonly entry: Entry;
  readonly offset: number;
}

/** Of a window that a pattern repeats, no more places are kept: one leads to the others, as the match is followed. */
const MAX_PLACES = 8;

/** Bits of the filter: so many for each window that at most one byte of text in 256 is looked at twice. */
const FEWEST_BITS = 15;
const MAX_BITS = 22;
const BITS_A_WINDOW = 8;

/** A piece is judged by so many of its bytes. */
const MAX_JUDGED = 256;

const DASH = 0x2d;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;

/** For each byte 1 when it may be anywhere in a text. */
const TEXT = Uint8Array.from({ length: 256 }, (_, byte) =>
  (byte >= 0x20 && byte < 0x7f) || (byte >= 9 && byte <= 13) || byte === 0 ? 1 : 0,
);

/** How our own markers begin. Beside one a value was not cut off before that marker was put there. */
const MARKER = Uint8Array.from('[redacted', (char) => char.charCodeAt(0));
const MAX_MARKER = 80;

/**
 * Finds patterns, and pieces of them, in one pass over the bytes. Every window of eight bytes is hashed, and where the
 * hash is one of a pattern's, the match is followed as far as it goes in both directions. ASCII letters match in both
 * cases, and `+` matches a space, as form encoding writes it.
 *
 * A piece of at least eight bytes counts where it stands cut off: a beginning of a pattern with no letter or digit
 * behind it, an end of one with none before it, and what is from the middle with neither. So a near miss, such as
 * another UUID with the same first half, is none.
 */
export class Matcher {
  /** What can be a part of a match, as itself or in an escape: text, and what patterns hold. */
  readonly alphabet = new Alphabet(TEXT);
  /** The patterns by their owners. */
  readonly #entries = new Map<number, readonly Entry[]>();
  /** The patterns for whole tokens, by their first byte. */
  readonly #tokens = new Map<number, Entry[]>();
  readonly #places = new Map<number, Place[]>();
  /** For each byte how often patterns hold it that is no text. */
  readonly #held = new Uint32Array(256);
  #ambiguous = 0;
  /** How far a hash is shifted for its bit in the filter. */
  #shift = 32 - FEWEST_BITS;
  /** A bit for each window that is looked for, and for some that were. */
  #filter = new Uint8Array(2 ** (FEWEST_BITS - 3));
  #outdated = 0;
  #scans = 0;

  /** Some pattern holds what reads as an escape, so that decoding every kind of escape at once may destroy it. */
  get ambiguous(): boolean {
    return this.#ambiguous > 0;
  }

  /** There is something to find in text that was unpacked. */
  get packable(): boolean {
    return this.#places.size > 0;
  }

  /** Looks for these from now on. Takes time for them, not for what is looked for already. */
  add(owner: number, patterns: readonly Pattern[]): void {
    const entries = patterns.map((pattern) => ({ pattern, ambiguous: isAmbiguous(pattern), scan: 0, end: 0 }));
    this.#entries.set(owner, entries);
    for (const entry of entries) {
      this.#count(entry, 1);
      for (const [hash, offset] of keysOf(entry.pattern)) {
        appendTo(this.#places, hash, { entry, offset });
        this.#mark(hash);
      }
      if (entry.pattern.whole) appendTo(this.#tokens, at(entry.pattern.bytes, 0), entry);
    }
    if (bitsFor(this.#places.size) > 32 - this.#shift) this.#renewFilter();
  }

  /** Looks for an owner's patterns no more. */
  remove(owner: number): void {
    for (const entry of this.#entries.get(owner) ?? []) {
      this.#count(entry, -1);
      for (const [hash] of keysOf(entry.pattern)) {
        removeFrom(this.#places, hash, (place) => place.entry === entry);
        this.#outdated += 1;
      }
      if (entry.pattern.whole) removeFrom(this.#tokens, at(entry.pattern.bytes, 0), (one) => one === entry);
    }
    this.#entries.delete(owner);
    // As many as are left: so each removal costs the same in the long run.
    if (this.#outdated > this.#places.size) this.#renewFilter();
  }

  /** All matches in `bytes`. `packed` says that the bytes were unpacked: no short values in there. */
  scan(bytes: Uint8Array, packed: boolean): Hit[] {
    const hits: Hit[] = [];
    const pieces: Hit[] = [];
    if (!packed && this.#tokens.size > 0) {
      this.#scanTokens(bytes, hits);
    }
    if (this.#places.size === 0) {
      return hits;
    }
    this.#scans += 1;
    for (let i = likely(bytes, 0, this.#filter, this.#shift); i >= 0; ) {
      const places = i < LEAST - 1 ? undefined : this.#places.get(hashAt(bytes, i));
      if (places !== undefined) {
        this.#follow(hits, pieces, bytes, i, places);
      }
      i = likely(bytes, i + 1, this.#filter, this.#shift);
    }
    // Behind the others: a whole value names the marker, where it is also the end of another one.
    return pieces.length === 0 ? hits : hits.concat(pieces);
  }

  #scanTokens(bytes: Uint8Array, hits: Hit[]): void {
    for (let i = 0; i < bytes.length; i++) {
      for (const { pattern } of this.#tokens.get(at(bytes, i)) ?? []) {
        const { bytes: wanted, owner } = pattern;
        if (isToken(bytes, i, wanted)) {
          hits.push({ start: i, end: i + wanted.length, owner });
        }
      }
    }
  }

  /** Follows the matches of the window that ends with byte `last`. */
  #follow(hits: Hit[], pieces: Hit[], bytes: Uint8Array, last: number, places: readonly Place[]): void {
    for (const { entry, offset } of places) {
      if (entry.scan === this.#scans && last < entry.end) {
        continue;
      }
      const { pattern } = entry;
      const wanted = pattern.bytes;
      let first = offset + LEAST;
      let start = last + 1;
      while (first > 0 && start > 0 && at(FOLD, at(wanted, first - 1)) === at(FOLD, at(bytes, start - 1))) {
        first -= 1;
        start -= 1;
      }
      if (last + 1 - start < LEAST) {
        continue;
      }
      let after = offset + LEAST;
      let end = last + 1;
      while (after < wanted.length && end < bytes.length && at(FOLD, at(wanted, after)) === at(FOLD, at(bytes, end))) {
        after += 1;
        end += 1;
      }
      entry.scan = this.#scans;
      entry.end = end;
      if (first === 0 && after === wanted.length) {
        addHit(hits, { start, end, owner: pattern.owner });
      } else {
        const piece = pieceOf(bytes, { start, end, owner: pattern.owner }, pattern, first, after);
        if (piece !== undefined) addHit(pieces, piece);
      }
    }
  }

  #count({ pattern, ambiguous }: Entry, by: 1 | -1): void {
    if (ambiguous) this.#ambiguous += by;
    const { bytes } = pattern;
    for (let i = 0; i < bytes.length; i++) {
      const byte = at(bytes, i);
      if (at(TEXT, byte) === 1) continue;
      this.#held[byte] = at(this.#held, byte) + by;
      this.alphabet.set(byte, at(this.#held, byte) > 0);
    }
  }

  #mark(hash: number): void {
    const bit = hash >>> this.#shift;
    this.#filter[bit >>> 3] = at(this.#filter, bit >>> 3) | (1 << (bit & 7));
  }

  /** Of the size that is wanted, and without what is looked for no more. */
  #renewFilter(): void {
    const bits = bitsFor(this.#places.size);
    this.#shift = 32 - bits;
    this.#filter = new Uint8Array(2 ** (bits - 3));
    this.#outdated = 0;
    for (const hash of this.#places.keys()) this.#mark(hash);
  }
}

/** The next byte, from `from` on, that may be the last of a pattern's window; -1 for none. Most of all time is spent here. */
function likely(bytes: Uint8Array, from: number, filter: Uint8Array, shift: number): number {
  const length = bytes.length;
  let hash = from === 0 ? 0 : hashAt(bytes, from - 1);
  for (let i = from; i < length; i++) {
    hash = ((hash << 4) + (GEAR[bytes[i] as number] as number)) | 0;
    const bit = hash >>> shift;
    if (((filter[bit >>> 3] as number) & (1 << (bit & 7))) !== 0) {
      return i;
    }
  }
  return -1;
}

/** The hash of the window that ends with byte `last`. */
function hashAt(bytes: Uint8Array, last: number): number {
  let hash = 0;
  for (let i = Math.max(0, last - LEAST + 1); i <= last; i++) {
    hash = ((hash << 4) + (GEAR[bytes[i] as number] as number)) | 0;
  }
  return hash;
}

/**
 * The piece of a pattern that its bytes `first` to `after` are, where they stand cut off. Where the text goes on behind a
 * separator that the pattern has in the same place, as in a path or in what is masked, the piece is what lies within.
 */
function pieceOf(bytes: Uint8Array, hit: Hit, pattern: Pattern, first: number, after: number): Hit | undefined {
  if (isCutOff(bytes, hit.start, hit.end, pattern, first, after)) return hit;
  const { bytes: wanted, pieces } = pattern;
  if (pieces === undefined || pieces.groups) return undefined;
  let { start, end } = hit;
  // What stands in front of that separator, or behind it, may be the same by chance.
  if (first > 0 && !endsBefore(bytes, start)) {
    while (start < end && isAlphanumeric(bytes[start])) start += 1;
    while (start < end && !isAlphanumeric(bytes[start])) start += 1;
  }
  if (after < wanted.length && !beginsAfter(bytes, end)) {
    while (end > start && isAlphanumeric(bytes[end - 1])) end -= 1;
    while (end > start && !isAlphanumeric(bytes[end - 1])) end -= 1;
  }
  const [from, to] = [first + start - hit.start, after - (hit.end - end)];
  const isOwn = hasOwnWord(
    wanted.subarray(Math.max(from, pieces.publicStart), Math.min(to, wanted.length - pieces.publicEnd)),
  );
  return isOwn && isCutOff(bytes, start, end, pattern, from, to) ? { ...hit, start, end } : undefined;
}

/** Whether what stands at `start` to `end`, bytes `first` to `after` of a pattern, is a piece of it that was cut off. */
function isCutOff(
  bytes: Uint8Array,
  start: number,
  end: number,
  { bytes: wanted, pieces }: Pattern,
  first: number,
  after: number,
): boolean {
  if (pieces === undefined) {
    return false;
  }
  const [from, to] = pieces.publicMiddle;
  const known = Math.max(0, Math.min(after, to) - Math.max(first, from));
  const secret = Math.min(after, wanted.length - pieces.publicEnd) - Math.max(first, pieces.publicStart);
  if (secret - known < LEAST) {
    return false;
  }
  const openStart = endsBefore(bytes, start) && !(pieces.groups && bytes[start - 1] === DASH);
  const openEnd = beginsAfter(bytes, end) && !(pieces.groups && bytes[end] === DASH);
  if (first === 0) {
    return openEnd;
  }
  if (after === wanted.length) {
    return openStart;
  }
  return openStart && openEnd && !isWordlike(wanted.subarray(first, after));
}

/** Whether some word of it is none: not letters in one case, or a number behind them, which other values may share. */
function hasOwnWord(bytes: Uint8Array): boolean {
  const words = String.fromCharCode(...bytes.subarray(0, MAX_JUDGED)).split(/[^A-Za-z0-9]/);
  return words.some((word) => !/^[A-Za-z]?[a-z]*\d{0,4}$/.test(word) && !/^[A-Z]+\d{0,4}$/.test(word));
}

/** Whether no letter or digit stands before an offset. */
function endsBefore(bytes: Uint8Array, start: number): boolean {
  const byte = bytes[start - 1];
  return !(isAlphanumeric(byte) || (byte === BRACKET_CLOSE && endsMarker(bytes, start)));
}

/** Whether no letter or digit stands at an offset. */
function beginsAfter(bytes: Uint8Array, end: number): boolean {
  const byte = bytes[end];
  return !(isAlphanumeric(byte) || (byte === BRACKET_OPEN && beginsMarker(bytes, end)));
}

function beginsMarker(bytes: Uint8Array, start: number): boolean {
  return MARKER.every((byte, index) => bytes[start + index] === byte);
}

function endsMarker(bytes: Uint8Array, end: number): boolean {
  for (let i = end - 2; i >= Math.max(0, end - MAX_MARKER); i--) {
    if (bytes[i] === BRACKET_OPEN) {
      return beginsMarker(bytes, i);
    }
  }
  return false;
}

/** Whether bytes are letters in one case, a capital in front or not, as words are. */
export function isWordlike(bytes: Uint8Array): boolean {
  const lower = bytes.slice(1).every((byte) => byte >= 0x61 && byte <= 0x7a);
  return (lower && isLetter(at(bytes, 0))) || bytes.every((byte) => byte >= 0x41 && byte <= 0x5a);
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
 * The windows by which a pattern is found, each as its hash and its offset: where pieces count, all that hold nothing but
 * what is secret, as each piece has one; else the one in the middle. Values have beginnings in common. A window that is
 * repeated counts where it stands first, too, so that what repeats itself is followed from there.
 */
function keysOf({ bytes, whole, pieces }: Pattern): (readonly [hash: number, offset: number])[] {
  if (whole) return [];
  const from = pieces?.publicStart ?? 0;
  const to = bytes.length - LEAST + 1 - (pieces?.publicEnd ?? 0);
  if (pieces === undefined || from >= to) return [middleKey(bytes)];
  const hashes = windowHashes(bytes);
  const secret = hashes.subarray(from, to);
  const keys: (readonly [number, number])[] = [];
  const kept = new Map<number, number>();
  for (let offset = 0; offset < hashes.length; offset++) {
    const hash = at(hashes, offset);
    if ((offset < from || offset >= to) && !secret.includes(hash)) continue;
    const before = kept.get(hash) ?? 0;
    kept.set(hash, before + 1);
    if (before < MAX_PLACES) keys.push([hash, offset]);
  }
  return keys;
}

/** The window in the middle, where it stands first. */
function middleKey(bytes: Uint8Array): readonly [hash: number, offset: number] {
  const middle = (bytes.length - LEAST + 1) >> 1;
  const wanted = hashAt(bytes, middle + LEAST - 1);
  let hash = 0;
  for (let i = 0; i < middle + LEAST; i++) {
    hash = ((hash << 4) + at(GEAR, at(bytes, i))) | 0;
    if (i >= LEAST - 1 && hash === wanted) return [wanted, i - LEAST + 1];
  }
  return [wanted, middle];
}

function bitsFor(windows: number): number {
  const wanted = Math.ceil(Math.log2(windows + 1)) + BITS_A_WINDOW;
  return Math.min(Math.max(wanted, FEWEST_BITS), MAX_BITS);
}

function isAmbiguous({ bytes }: Pattern): boolean {
  // Nearly nothing that is looked for holds one of these, which is seen at once.
  return (
    ESCAPE_LEADS.some((lead) => bytes.includes(lead)) &&
    SINGLE_KINDS.some((kind) => unescapeLayer(bytes, kind) !== undefined)
  );
}

function removeFrom<Value>(map: Map<number, Value[]>, key: number, isGone: (value: Value) => boolean): void {
  const left = (map.get(key) ?? []).filter((value) => !isGone(value));
  if (left.length > 0) map.set(key, left);
  else map.delete(key);
}

function windowHashes(bytes: Uint8Array): Int32Array {
  const hashes = new Int32Array(bytes.length - LEAST + 1);
  let hash = 0;
  for (let i = 0; i < bytes.length; i++) {
    hash = ((hash << 4) + at(GEAR, at(bytes, i))) | 0;
    if (i >= LEAST - 1) hashes[i - LEAST + 1] = hash;
  }
  return hashes;
}

/** What counts as the same byte: letters in both cases, `+` and a space. */
const FOLD: Uint8Array = foldTable();

function foldTable(): Uint8Array {
  const fold = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte));
  fold[0x2b] = 0x20;
  return fold;
}

/**
 * A number for each byte, the same for bytes that count as the same. The hash of a window is the sum of its bytes'
 * numbers, each shifted by four bits more than the one behind it: after eight bytes nothing is left of the first.
 */
const GEAR: Int32Array = Int32Array.from(FOLD, (byte) => {
  const mixed = Math.imul(byte + 1, 0x9e3779b1);
  return Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
});

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
  return isAlphanumeric(byte) || byte === 0x5f || (byte !== undefined && byte >= 0x80);
}

function isAlphanumeric(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x30 && byte <= 0x39) || isLetter(byte));
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** An element that is known to be there. */
function at(array: Uint8Array | Int32Array | Uint32Array, index: number): number {
  return array[index] as number;
}
