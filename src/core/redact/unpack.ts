import type { Alphabet, Digits } from './bytes.ts';
import { LEAST } from './matcher.ts';

/** Between the strings of one view: it ends every run and every escape. */
export const SEPARATOR = 0x1e;

const NONE = 0xff;
const SKIP = 0xfe;

/** How a packed text is written: its digits, and what may stand between two digits without ending the run. */
interface Coding extends Digits {
  /** For each byte its value, `NONE`, or `SKIP`. */
  readonly digits: Uint8Array;
}

/** Standard and URL-safe alphabet at once (RFC 4648, sections 4 and 5), over lines of any length. */
const BASE64: Coding = {
  digits: digitTable('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', '-_', 62, '\r\n\t'),
  bits: 6,
  phases: 4,
};

/** Both cases, and digits apart as in `74:6f:6b`, `746f-6b` and `74 6f`. */
const HEX: Coding = { digits: digitTable('0123456789abcdef', 'ABCDEF', 10, ':- '), bits: 4, phases: 2 };

/** A stretch of text that one reading of one run gave. */
interface Piece {
  /** Offset in the view. */
  readonly start: number;
  /** The bit in the run's digits where it begins, counted from its first. */
  readonly bit: number;
  readonly run: Run;
}

interface Run {
  readonly bits: Digits['bits'];
  /** Where its digits begin and end among all. */
  readonly first: number;
  readonly end: number;
}

/** A view of what base64 and hexadecimal runs in bytes stand for, each read in every alignment. */
export class Unpacked {
  readonly bytes: Uint8Array;
  readonly #pieces: readonly Piece[];
  /** For each digit its offset in the source. */
  readonly #positions: Uint32Array;

  constructor(bytes: Uint8Array, pieces: readonly Piece[], positions: Uint32Array) {
    this.bytes = bytes;
    this.#pieces = pieces;
    this.#positions = positions;
  }

  /** Translates a span of the view to the digits of the source that hold any bit of it. */
  toSource(start: number, end: number): { start: number; end: number } {
    let low = 0;
    let high = this.#pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#pieces[middle] as Piece).start <= start) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    const piece = this.#pieces[low] as Piece;
    const { run } = piece;
    const digitAt = (bit: number): number => Math.min(run.first + Math.floor(bit / run.bits), run.end - 1);
    const first = digitAt(piece.bit + 8 * (start - piece.start));
    const last = digitAt(piece.bit + 8 * (end - piece.start) - 1);
    return { start: this.#positions[first] as number, end: (this.#positions[last] as number) + 1 };
  }
}

/**
 * Decodes every run of digits in every alignment, and keeps stretches of bytes of the `alphabet` that are long enough to hold a match;
 * undefined when there is none. What is read in a wrong alignment, or was never text, is hardly ever such a stretch.
 */
export function unpack(source: Uint8Array, alphabet: Alphabet): Unpacked | undefined {
  const found = [BASE64, HEX].map((coding) => findRuns(source, coding, alphabet.fitsOf(coding)));
  const digits = found.reduce((sum, { count }) => sum + count, 0);
  if (digits === 0) {
    return undefined;
  }
  const positions = new Uint32Array(digits);
  const values = new Uint8Array(digits);
  const pieces: Piece[] = [];
  // The readings of a run give at most three bytes a digit, and each stretch a separator.
  const out = new Uint8Array(3 * digits + Math.ceil((3 * digits) / LEAST) + 4);
  let size = 0;
  let read = 0;
  for (const { coding, spans } of found) {
    const table = coding.digits;
    for (let span = 0; span < spans.length; span += 2) {
      const first = read;
      const end = spans[span + 1] as number;
      for (let i = spans[span] as number; i < end; i++) {
        const value = table[source[i] as number] as number;
        if (value < SKIP) {
          positions[read] = i;
          values[read] = value;
          read += 1;
        }
      }
      const run: Run = { bits: coding.bits, first, end: read };
      for (let phase = 0; phase < coding.phases; phase++) {
        size = decode(values, run, phase, alphabet.bytes, out, size, pieces);
      }
    }
  }
  return size === 0 ? undefined : new Unpacked(out.subarray(0, size), pieces, positions);
}

/**
 * Spans of runs that may hold a match, as starts and ends, and how many digits they have in all. Looks at one byte only in
 * as many as a match has digits, until one is inside a run. Nearly all runs are words and ids, and are passed over: in no
 * phase do enough digits in a row begin bytes of the alphabet.
 */
function findRuns(
  source: Uint8Array,
  coding: Coding,
  fits: Uint8Array,
): { coding: Coding; spans: readonly number[]; count: number } {
  const { digits: table, phases } = coding;
  const least = Math.ceil((8 * LEAST) / coding.bits);
  const spans: number[] = [];
  let total = 0;
  for (let probe = least - 1; probe < source.length; probe += least) {
    if (!isInside(source, probe, coding)) {
      continue;
    }
    let start = probe;
    while (start > 0 && isInside(source, start - 1, coding)) {
      start -= 1;
    }
    let count = 0;
    let history = 0;
    let hopeful = false;
    let end = start;
    for (; end < source.length; end++) {
      const value = table[source[end] as number] as number;
      if (value >= SKIP) {
        if (value === SKIP || isInside(source, end, coding)) continue;
        break;
      }
      history = (history << phases) | (fits[((count & (phases - 1)) << 6) | value] as number);
      // Eight digits of base64 are full in at least two places beside each other.
      if (!hopeful && (phases === 2 || (count & 1) === 1)) hopeful = isSteady(history, phases);
      count += 1;
    }
    if (hopeful) {
      spans.push(start, end);
      total += count;
    }
    probe = end;
  }
  return { coding, spans, count: total };
}

/** Whether some phase has its bit in all digits of the history: eight of base64, sixteen of hexadecimal. */
function isSteady(history: number, phases: number): boolean {
  let all = history & (history >>> 16);
  all &= all >>> 8;
  all &= all >>> 4;
  if (phases === 2) all &= all >>> 2;
  return (all & ((1 << phases) - 1)) !== 0;
}

/** Whether a byte is a digit, or may stand between two. */
function isInside(source: Uint8Array, at: number, coding: Coding): boolean {
  const byte = source[at] as number;
  return coding.digits[byte] !== NONE || (byte === 0x20 && coding === BASE64 && indents(source, at));
}

/** Whether a blank is at the beginning of a line, as inside a base64 text that was wrapped and indented. */
function indents(source: Uint8Array, at: number): boolean {
  let before = at - 1;
  // Deeper indentation than this is not how base64 is wrapped, and looking back stays bounded.
  while (source[before] === 0x20 && at - before < 16) {
    before -= 1;
  }
  return source[before] === 0x0a || source[before] === 0x0d;
}

/** Reads a run from the digit `phase` on, and appends the stretches that are kept. Returns the new size. */
function decode(
  values: Uint8Array,
  run: Run,
  phase: number,
  alphabet: Uint8Array,
  out: Uint8Array,
  at: number,
  pieces: Piece[],
): number {
  const { bits, first, end } = run;
  let size = at;
  let stretch = size;
  let pending = 0;
  let held = 0;
  for (let i = first + phase; i < end; i++) {
    pending = ((pending << bits) | (values[i] as number)) & 0xffff;
    held += bits;
    if (held < 8) {
      continue;
    }
    held -= 8;
    const byte = (pending >> held) & 0xff;
    if (alphabet[byte] === 1) {
      out[size++] = byte;
    } else if (size - stretch < LEAST) {
      size = stretch;
    } else {
      size = endStretch(size, stretch, (i + 1 - first) * bits - held - 8, run, out, pieces);
      stretch = size;
    }
  }
  const bit = (end - first) * bits - held;
  return endStretch(size, stretch, bit, run, out, pieces);
}

/** Keeps a stretch that ends at `size` and at `bit` of its run, or takes it back when it is too short. */
function endStretch(size: number, start: number, bit: number, run: Run, out: Uint8Array, pieces: Piece[]): number {
  if (size - start < LEAST) {
    return start;
  }
  pieces.push({ start, bit: bit - 8 * (size - start), run });
  out[size] = SEPARATOR;
  return size + 1;
}

function digitTable(digits: string, others: string, othersFrom: number, skipped: string): Uint8Array {
  const table = new Uint8Array(256).fill(NONE);
  for (const [value, digit] of [...digits].entries()) {
    table[digit.charCodeAt(0)] = value;
  }
  for (const [value, digit] of [...others].entries()) {
    table[digit.charCodeAt(0)] = othersFrom + value;
  }
  for (const char of skipped) {
    table[char.charCodeAt(0)] = SKIP;
  }
  return table;
}
