import { ENTITIES, MAX_ENTITY } from './entities.ts';

const PERCENT = 0x25;
const AMPERSAND = 0x26;
const BACKSLASH = 0x5c;
const NUL = 0;
const ZERO = 0x30;

/** Nobody writes more in front of a number, and looking at them stays bounded. */
const MAX_ZEROS = 32;

/** Numbers that are kept of escapes before the first time that there is no room for more. */
const FIRST_SPANS = 1024;

/** Which escapes to decode, and leave all others as they are. */
export type EscapeKind = 'any' | 'percent' | 'backslash' | 'entity';

/** The kinds one by one. */
export const SINGLE_KINDS: readonly EscapeKind[] = ['percent', 'backslash', 'entity'];

/** What one of them begins with. */
export const ESCAPE_LEADS: readonly number[] = [PERCENT, AMPERSAND, BACKSLASH];

/** The bytes that an escape may begin with. */
const LEADS: Readonly<Record<EscapeKind, readonly number[]>> = {
  any: [PERCENT, AMPERSAND, BACKSLASH, NUL],
  percent: [PERCENT],
  backslash: [BACKSLASH],
  entity: [AMPERSAND],
};

const LEAD_TABLES: Readonly<Record<EscapeKind, Uint8Array>> = {
  any: leadTable('any'),
  percent: leadTable('percent'),
  backslash: leadTable('backslash'),
  entity: leadTable('entity'),
};

/** One decoded escape: what was read, and what it gave. `code` is a code point unless `raw`, then a byte. */
interface Escape {
  readonly length: number;
  readonly code: number;
  readonly raw?: boolean;
}

/** Single letters after a backslash (RFC 8259, section 7, and ECMAScript's `\v`). */
const LETTERS: ReadonlyMap<number, number> = new Map(
  Object.entries({ b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 }).map(([letter, code]) => [letter.charCodeAt(0), code]),
);

/**
 * A view of bytes with one layer of escapes decoded, by default of every kind: percent (`%41`, `%u0041`), JSON, script and
 * shell (`\u0041`, `\U00000041`, `\x41`, `\101`, `\/`), and HTML entities. NUL bytes are left out, so that UTF-16 of ASCII reads as ASCII.
 */
export class Unescaped {
  readonly bytes: Uint8Array;
  /** Each escape as four numbers: start and end in the source, start and end in the view. NUL bytes in a row are one. */
  readonly #spans: Int32Array;

  constructor(bytes: Uint8Array, spans: Int32Array) {
    this.bytes = bytes;
    this.#spans = spans;
  }

  /** Translates a span of the view to the source. */
  toSource(start: number, end: number): { start: number; end: number } {
    return { start: this.#translate(start, 0), end: this.#translate(end - 1, 1) };
  }

  /** Widens a span of the source that cuts an escape in two, so that what is left stays well-formed. */
  widen(start: number, end: number): { start: number; end: number } {
    const first = this.#last(0, start - 1);
    const last = this.#last(0, end - 1);
    return {
      start: first >= 0 && this.#at(first, 1) > start ? this.#at(first, 0) : start,
      end: last >= 0 && this.#at(last, 1) > end ? this.#at(last, 1) : end,
    };
  }

  /** Where a byte of the view comes from: its start for `edge` 0, its end for `edge` 1. */
  #translate(position: number, edge: 0 | 1): number {
    const span = this.#last(2, position);
    if (span < 0) {
      return position + edge;
    }
    const after = position - this.#at(span, 3);
    return after < 0 ? this.#at(span, edge) : this.#at(span, 1) + after + edge;
  }

  /** The last escape whose `field` is at most `limit`; -1 for none. */
  #last(field: number, limit: number): number {
    let low = 0;
    let high = this.#spans.length / 4;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#at(middle, field) <= limit) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  #at(span: number, field: number): number {
    return this.#spans[span * 4 + field] as number;
  }
}

/** Decodes one layer of escapes; undefined when there is none. Linear in the size of the source. */
export function unescapeLayer(source: Uint8Array, kind: EscapeKind = 'any'): Unescaped | undefined {
  const isLead = LEAD_TABLES[kind];
  const length = source.length;
  // Most texts have none, though they have what may begin one.
  let first = nextLead(source, 0, isLead);
  while (first < length && readEscape(source, first, source[first] as number) === undefined) {
    first = nextLead(source, first + 1, isLead);
  }
  if (first === length) {
    return undefined;
  }
  let spans = new Int32Array(FIRST_SPANS);
  let filled = 0;
  // No escape is shorter than what it stands for.
  const out = new Uint8Array(length);
  out.set(source.subarray(0, first));
  let size = first;
  for (let i = first; i < length; ) {
    const byte = source[i] as number;
    const found = isLead[byte] === 1 ? readEscape(source, i, byte) : undefined;
    if (found === undefined) {
      const next = nextLead(source, i + 1, isLead);
      for (; i < next; i++) out[size++] = source[i] as number;
      continue;
    }
    const start = size;
    size = byte === NUL ? size : write(out, size, found);
    if (filled === spans.length) {
      const more = new Int32Array(2 * filled);
      more.set(spans);
      spans = more;
    }
    spans[filled] = i;
    spans[filled + 1] = i + found.length;
    spans[filled + 2] = start;
    spans[filled + 3] = size;
    filled += 4;
    i += found.length;
  }
  return filled === 0 ? undefined : new Unescaped(out.subarray(0, size), spans.subarray(0, filled));
}

/** The next byte that may begin an escape; the length for none. */
function nextLead(source: Uint8Array, from: number, isLead: Uint8Array): number {
  let at = from;
  while (at < source.length && isLead[source[at] as number] === 0) {
    at += 1;
  }
  return at;
}

function leadTable(kind: EscapeKind): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (LEADS[kind].includes(byte) ? 1 : 0));
}

function readEscape(source: Uint8Array, at: number, lead: number): Escape | undefined {
  switch (lead) {
    case NUL:
      return { length: zerosAt(source, at), code: 0 };
    case PERCENT:
      return readPercent(source, at);
    case BACKSLASH:
      return readBackslash(source, at);
    default:
      return readEntity(source, at);
  }
}

function zerosAt(source: Uint8Array, at: number): number {
  let end = at;
  while (source[end] === NUL) {
    end += 1;
  }
  return end - at;
}

function readPercent(source: Uint8Array, at: number): Escape | undefined {
  const byte = hex(source, at + 1, 2);
  if (byte >= 0) {
    return { length: 3, code: byte, raw: true };
  }
  return source[at + 1] === 0x75 ? readUnit(source, at) : undefined;
}

function readBackslash(source: Uint8Array, at: number): Escape | undefined {
  const next = source[at + 1];
  if (next === undefined) {
    return undefined;
  }
  const braced = source[at + 2] === 0x7b;
  if (next === 0x75) {
    return braced ? readBraced(source, at) : readUnit(source, at);
  }
  if (next === 0x55) {
    const code = hex(source, at + 2, 8);
    return code < 0 || code > 0x10ffff ? undefined : { length: 10, code };
  }
  if (next === 0x78) {
    if (braced) return readBraced(source, at);
    const byte = hex(source, at + 2, 2);
    return byte < 0 ? undefined : { length: 4, code: byte, raw: true };
  }
  const letter = LETTERS.get(next);
  if (letter !== undefined) {
    return { length: 2, code: letter };
  }
  if (next >= 0x30 && next <= 0x33) {
    const byte = number(source, at + 1, 3, 8);
    return byte.length === 3 ? { length: 4, code: byte.value, raw: true } : undefined;
  }
  const punctuation =
    (next >= 0x20 && next <= 0x2f) ||
    (next >= 0x3a && next <= 0x40) ||
    (next >= 0x5b && next <= 0x60) ||
    (next >= 0x7b && next <= 0x7e);
  return punctuation ? { length: 2, code: next } : undefined;
}

/** `\uHHHH` or `%uHHHH`, and two of them where they are a surrogate pair. */
function readUnit(source: Uint8Array, at: number): Escape | undefined {
  const unit = hex(source, at + 2, 4);
  if (unit < 0) {
    return undefined;
  }
  if (unit >= 0xd800 && unit < 0xdc00 && source[at + 6] === source[at] && source[at + 7] === 0x75) {
    const low = hex(source, at + 8, 4);
    if (low >= 0xdc00 && low < 0xe000) {
      return { length: 12, code: 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00) };
    }
  }
  return { length: 6, code: unit };
}

/** `\u{H…}` (ECMAScript), or `\x{H…}` (Perl). */
function readBraced(source: Uint8Array, at: number): Escape | undefined {
  const { value, length } = number(source, at + 3, 6, 16);
  const closed = length > 0 && source[at + 3 + length] === 0x7d && value <= 0x10ffff;
  return closed ? { length: length + 4, code: value } : undefined;
}

/** `&#116;`, `&#x74;` or `&amp;`; a number, and the oldest names, also without their semicolon, as browsers read them. */
function readEntity(source: Uint8Array, at: number): Escape | undefined {
  if (source[at + 1] === 0x23) {
    const marked = ((source[at + 2] ?? 0) | 0x20) === 0x78;
    const from = zeroDigits(source, at + (marked ? 3 : 2));
    const { value, length } = number(source, from, 7, marked ? 16 : 10);
    if (length === 0 || value > 0x10ffff) {
      return undefined;
    }
    const end = from + length;
    return { length: end - at + (source[end] === 0x3b ? 1 : 0), code: value };
  }
  let name = '';
  for (let i = at + 1; i < source.length && name.length <= MAX_ENTITY; i++) {
    const byte = source[i] as number;
    if (byte === 0x3b) {
      const code = ENTITIES.get(name);
      return code === undefined ? undefined : { length: name.length + 2, code };
    }
    if (!isAlphanumeric(byte)) {
      break;
    }
    name += String.fromCharCode(byte);
  }
  const bare = /^(?:amp|lt|gt|quot)/i.exec(name)?.[0];
  const code = bare === undefined ? undefined : ENTITIES.get(bare);
  return bare === undefined || code === undefined ? undefined : { length: bare.length + 1, code };
}

/** Behind the zeros in front of a number, but for the one that is all of it. */
function zeroDigits(source: Uint8Array, start: number): number {
  let at = start;
  while (at < start + MAX_ZEROS && source[at] === ZERO && hexDigit(source[at + 1]) >= 0) {
    at += 1;
  }
  return at;
}

/** Writes an escape's bytes (UTF-8; a lone surrogate in the same scheme) and returns the new size. */
function write(out: Uint8Array, at: number, { code, raw }: Escape): number {
  let size = at;
  if (code < 0x80 || raw === true) {
    out[size++] = code;
  } else if (code < 0x800) {
    out[size++] = 0xc0 | (code >> 6);
    out[size++] = 0x80 | (code & 0x3f);
  } else if (code < 0x10000) {
    out[size++] = 0xe0 | (code >> 12);
    out[size++] = 0x80 | ((code >> 6) & 0x3f);
    out[size++] = 0x80 | (code & 0x3f);
  } else {
    out[size++] = 0xf0 | (code >> 18);
    out[size++] = 0x80 | ((code >> 12) & 0x3f);
    out[size++] = 0x80 | ((code >> 6) & 0x3f);
    out[size++] = 0x80 | (code & 0x3f);
  }
  return size;
}

/** Exactly `count` hexadecimal digits as a number; -1 when there are fewer. */
function hex(source: Uint8Array, at: number, count: number): number {
  const { value, length } = number(source, at, count, 16);
  return length === count ? value : -1;
}

/** Up to `most` digits of a base, and how many there were. */
function number(source: Uint8Array, at: number, most: number, base: number): { value: number; length: number } {
  let value = 0;
  let length = 0;
  while (length < most) {
    const digit = hexDigit(source[at + length]);
    if (digit < 0 || digit >= base) {
      break;
    }
    value = value * base + digit;
    length += 1;
  }
  return { value, length };
}

/** The value of a hexadecimal digit's byte; -1 for any other. */
function hexDigit(byte: number | undefined): number {
  if (byte === undefined) {
    return -1;
  }
  if (byte >= 0x30 && byte <= 0x39) {
    return byte - 0x30;
  }
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function isAlphanumeric(byte: number): boolean {
  const lower = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x7a);
}
