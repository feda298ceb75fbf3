import { SEPARATOR } from './unpack.ts';

const BACKSLASH = 0x5c;
const EQUALS = 0x3d;
const ESCAPE = 0x1b;
const TAG_OPEN = 0x3c;
const TAG_CLOSE = 0x3e;

/** A byte that has to be looked at with what follows it. */
const SPECIAL = 2;

/** For each byte 1 when it is kept: letters, digits, and what keeps the strings of one view apart. */
const KEPT = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x80 || byte === ESCAPE) return SPECIAL;
  return byte === SEPARATOR || /[0-9a-z]/i.test(String.fromCharCode(byte)) ? 1 : 0;
});

/** Colours and the like, as terminals take them (ECMA-48): longer ones there are none. */
const MAX_CONTROL = 32;

/** Tags as people and highlighters write them; longer ones hold much else. */
const MAX_TAG = 200;

/** What goes on behind it is text. */
const CDATA = Uint8Array.from('<![CDATA[', (char) => char.charCodeAt(0));

/** What is read as something else besides: escapes of {@link bareOf}, or tags, which stand for nothing. */
export type BareReading = 'plain' | 'escapes' | 'tags';

/** What begins it. */
const LEADS: Readonly<Record<BareReading, readonly number[]>> = {
  plain: [],
  escapes: [BACKSLASH, EQUALS],
  tags: [TAG_OPEN],
};

const KEPT_BY: Readonly<Record<BareReading, Uint8Array>> = {
  plain: KEPT,
  escapes: withLeads('escapes'),
  tags: withLeads('tags'),
};

function withLeads(reading: BareReading): Uint8Array {
  return KEPT.map((kept, byte) => (LEADS[reading].includes(byte) ? SPECIAL : kept));
}

/** The letters and digits alone of some bytes, and where they come from. */
export interface Bare {
  readonly bytes: Uint8Array;
  /** Translates a span of the view to the source. */
  toSource(start: number, end: number): { start: number; end: number };
}

/**
 * What is left of a text without blanks, line breaks, punctuation, invisible characters and accents apart; full-width
 * letters as ASCII. So `a b c`, `a-b-c`, `"a","b","c"` and a text that was broken into lines read as `abc`. With
 * `escapes`, `\2a` (LDAP), `\41 ` (CSS) and `=2A` (quoted-printable) count as what they stand for; with `tags`, `a<b>b</b>c` and
 * sections of CDATA read as `abc`, too; undefined when there are none.
 */
export function bareOf(source: Uint8Array, reading: BareReading): Bare | undefined {
  if (reading !== 'plain' && !LEADS[reading].some((lead) => hasAny(source, lead))) {
    return undefined;
  }
  const bytes = new Uint8Array(source.length);
  const size = strip(source, reading, bytes, undefined);
  let starts: Uint32Array | undefined;
  return {
    bytes: bytes.subarray(0, size),
    // Only where something was found: where each byte came from takes four times the memory.
    toSource(start, end) {
      if (starts === undefined) {
        starts = new Uint32Array(size + 1);
        strip(source, reading, new Uint8Array(source.length), starts);
      }
      const last = starts[end - 1] as number;
      return { start: starts[start] as number, end: last + lengthAt(source, last, reading) };
    },
  };
}

function strip(source: Uint8Array, reading: BareReading, out: Uint8Array, starts: Uint32Array | undefined): number {
  let size = 0;
  const length = source.length;
  const kept = KEPT_BY[reading];
  for (let i = 0; i < length; ) {
    const byte = source[i] as number;
    const known = kept[byte] as number;
    if (known < SPECIAL) {
      out[size] = byte;
      if (starts !== undefined) starts[size] = i;
      size += known;
      i += 1;
      continue;
    }
    const step = stepAt(source, i, byte);
    const code = byte < 0x80 ? escapedByte(source, i, step) : wideByte(source, i, step);
    if (code >= 0x80 || (code >= 0 && KEPT[code] === 1)) {
      out[size] = code;
      if (starts !== undefined) starts[size] = i;
      size += 1;
    }
    i += step;
  }
  return size;
}

function stepAt(source: Uint8Array, at: number, byte: number): number {
  if (byte === ESCAPE) return controlLength(source, at);
  if (byte === TAG_OPEN) return tagLength(source, at);
  return byte < 0x80 ? escapeLength(source, at) : multibyteLength(source, at);
}

/** Length of a control sequence: a bracket, parameters, and a letter or sign that ends it. */
function controlLength(source: Uint8Array, at: number): number {
  if (source[at + 1] !== 0x5b) return 1;
  let end = at + 2;
  while (end < at + MAX_CONTROL && isParameter(source[end])) end += 1;
  const last = source[end] ?? 0;
  return last >= 0x40 && last < 0x7f ? end + 1 - at : 1;
}

function isParameter(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x20 && byte < 0x40;
}

/** Length of a tag, of a comment, or of what begins a section of CDATA; 1 for what is none of them, or has no end nearby. */
function tagLength(source: Uint8Array, at: number): number {
  if (CDATA.every((byte, index) => source[at + index] === byte)) return CDATA.length;
  const next = source[at + 1] ?? 0;
  if (!isLetter(next) && next !== 0x2f && next !== 0x21 && next !== 0x3f) return 1;
  // Up to another one, so that what is looked at twice is none.
  let end = at + 1;
  while (end < at + MAX_TAG && source[end] !== TAG_CLOSE && source[end] !== TAG_OPEN) end += 1;
  return source[end] === TAG_CLOSE ? end + 1 - at : 1;
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

function hasAny(source: Uint8Array, lead: number): boolean {
  let at = source.indexOf(lead);
  while (at >= 0 && stepAt(source, at, lead) === 1) {
    at = source.indexOf(lead, at + 1);
  }
  return at >= 0;
}

function lengthAt(source: Uint8Array, at: number, reading: BareReading): number {
  const byte = source[at] as number;
  if (byte >= 0x80) return multibyteLength(source, at);
  return LEADS[reading].includes(byte) ? stepAt(source, at, byte) : 1;
}

/** Length of a character that is left out or read as ASCII; 1 for a byte that stands for itself. */
function multibyteLength(source: Uint8Array, at: number): number {
  const [first = 0, second = 0, third = 0] = [source[at], source[at + 1], source[at + 2]];
  if (second < 0x80) return 1;
  switch (first) {
    case 0xc2:
    case 0xcc:
      return 2;
    case 0xcd: // combining marks go to U+036F
      return second <= 0xaf ? 2 : 1;
    case 0xd8: // U+061C, the Arabic letter mark
      return second === 0x9c ? 2 : 1;
    case 0xe1: {
      // Fillers, inherent vowels, and the selectors of Mongolian.
      const row = third >> 4;
      const filler = second === 0x85 && (third === 0x9f || third === 0xa0);
      return filler || (second === 0x9e && row === 0xb) || (second === 0xa0 && row === 0x8) ? 3 : 1;
    }
    case 0xe2: // general punctuation
      return second <= 0x81 ? 3 : 1;
    case 0xe3: // the blank of full width, and another filler
      return (second === 0x80 && third === 0x80) || (second === 0x85 && third === 0xa4) ? 3 : 1;
    case 0xef: {
      // Variation selectors, what is of full or half width, and what U+FFF0 to U+FFFD stand for.
      const selector = second === 0xb8 && third <= 0x8f;
      const special = second === 0xbf && third >= 0xb0 && third <= 0xbd;
      return selector || special || (second >= 0xbb && second <= 0xbe) ? 3 : 1;
    }
    case 0xf0: // what musical notation and shorthand say without being seen
      return (second === 0x9d && third === 0x85) || (second === 0x9b && third === 0xb2) ? 4 : 1;
    case 0xf3: // tags and more variation selectors, U+E0000 to U+E0FFF
      return second === 0xa0 ? 4 : 1;
    default:
      return 1;
  }
}

/** The byte that a character outside of ASCII counts as; -1 for one that is left out. */
function wideByte(source: Uint8Array, at: number, step: number): number {
  if (step === 1) return source[at] as number;
  if (step !== 3 || source[at] !== 0xef) return -1;
  const code = 0xf000 | (((source[at + 1] as number) & 0x3f) << 6) | ((source[at + 2] ?? 0) & 0x3f);
  return code > 0xff00 && code < 0xff5f ? code - 0xfee0 : -1;
}

/** Length of an escape of two hexadecimal digits, or of up to six and a blank; 1 for none. */
function escapeLength(source: Uint8Array, at: number): number {
  let digits = 0;
  let code = 0;
  while (digits < 6 && hexDigit(source[at + 1 + digits]) >= 0) {
    code = code * 16 + hexDigit(source[at + 1 + digits]);
    digits += 1;
  }
  if (digits < 2) return 1;
  const blank = source[at + 1 + digits] === 0x20;
  const css = source[at] === BACKSLASH && code <= 0xff && (digits === 6 || blank);
  return css ? 1 + digits + (blank ? 1 : 0) : 3;
}

function escapedByte(source: Uint8Array, at: number, step: number): number {
  if (source[at] === TAG_OPEN) return -1;
  let code = 0;
  for (let i = at + 1; i < at + step && hexDigit(source[i]) >= 0; i++) {
    code = code * 16 + hexDigit(source[i]);
  }
  return step === 1 || code > 0xff ? -1 : code;
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
