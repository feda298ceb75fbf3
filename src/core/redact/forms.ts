import { bareOf } from './bare.ts';
import { utf8 } from './bytes.ts';
import { isWordlike, LEAST, type Pattern, type PieceRule } from './matcher.ts';
import { isEveryday } from './parts/everydayWords.ts';
import { type PartRule, PEM_BOUNDARY } from './parts/parts.ts';
import { publicMiddleOf, publicStartOf } from './publicParts.ts';
import { DEPTH } from './search.ts';
import { spelledOut } from './spelledOut.ts';
import { unescapeLayer } from './unescape.ts';

/** Values shorter than this are looked for as whole tokens only; the store refuses them (see strength.ts). */
export const SHORT = LEAST;

/** Below this even a whole token says nothing: `k7` is a word like any other. */
const TOO_SHORT = 4;

/** A value without its dashes counts as secret from this length on. */
const PART = 16;

/** Shorter values may begin with a word that the user chose; longer ones were made by a machine. */
const CHOSEN = 20;

/** Of a credential in more parts than a long key has lines, the others are looked for in the text as it is and in its encodings. */
const MAX_SPELLED = 64;

const UUID_DIGITS = /^[0-9a-f]{32}$/i;

/** What JSON may write as a number, and what a program makes one of that takes a PIN for one. */
const NUMBER = /^-?\d+(?:\.\d+)?$/;

/** What a credential is looked for as, each for the credential at index `owner`. */
export interface Forms {
  /** In the text as it is, in what its escapes stand for, and in what base64 and hexadecimal stand for. */
  readonly exact: readonly Pattern[];
  /** In the letters and digits alone of a text: see {@link bareOf}. */
  readonly bare: readonly Pattern[];
  /** What JSON may write it, or a secret inside of it, as. */
  readonly numbers: readonly number[];
}

/**
 * The byte sequences that give a credential away once escapes are decoded and base64 and hexadecimal are unpacked;
 * letters' case and `+` for a space are the matcher's. `parts` are the secrets inside of it. Linear in the value's length.
 */
export function formsOf(value: string, owner: number, parts: ReadonlyMap<string, PartRule>): Forms {
  const exact: Pattern[] = [];
  const bare: Pattern[] = [];
  const numbers: number[] = [];
  const known = new Set<string>();
  let spelled = 0;
  for (const text of [...parts.keys(), value]) {
    // A mark in the place of every `test` would tell what the password is, and shred the text.
    if (text.length < SHORT && (text.length < TOO_SHORT || isEveryday(text))) continue;
    if (NUMBER.test(text)) numbers.push(Number(text));
    if (text.length < SHORT) {
      exact.push({ bytes: utf8(text), owner, whole: true, pieces: undefined });
      continue;
    }
    // Of a credential in parts the secret ones alone may be met in pieces: the others are known.
    const rule = parts.get(text) ?? { pieces: parts.size === 0, user: 0 };
    for (const spelling of spellings(text)) {
      if (known.has(spelling.text)) continue;
      known.add(spelling.text);
      const pieces = rule.pieces && spelling.pieces ? pieceRule(spelling.text, rule.user) : undefined;
      for (const bytes of byteForms(spelling.text)) {
        // Where a value is mostly blanks, what is left of it may be shorter than the rest of this code supposes.
        if (bytes.length >= SHORT) exact.push({ bytes, owner, whole: false, pieces });
      }
    }
    if (spelled === MAX_SPELLED && text !== value) continue;
    spelled += 1;
    for (const bytes of spelledOut(text)) {
      bare.push({ bytes, owner, whole: false, pieces: undefined });
    }
  }
  return { exact, bare, numbers };
}

interface Spelling {
  readonly text: string;
  /** Whether pieces of it count: not those of a spelling that repeats another one with something in between. */
  readonly pieces: boolean;
}

/** A secret as other programs write it down. */
function spellings(value: string): Spelling[] {
  const bare = value.trim();
  // A key file in JSON holds the lines of its private key in one string.
  const own = [bare, bare.replaceAll('\\n', '\n')];
  const joined = own.flatMap(lines);
  const repeats = [value, ...own.flatMap(regrouped), ...doubled(bare)];
  const normalised = (text: string): string[] => [text, text.normalize('NFC'), text.normalize('NFD')];
  return [
    ...[...own, ...joined].flatMap(normalised).map((text) => ({ text, pieces: !text.startsWith('-----') })),
    ...repeats.flatMap(normalised).map((text) => ({ text, pieces: false })),
  ].filter(({ text }) => text.length >= SHORT);
}

/** Quotes as CSV, SQL, YAML and shells write them inside of quotes. */
function doubled(text: string): string[] {
  return [
    text.replaceAll('"', '""'),
    text.replaceAll("'", "''"),
    text.replaceAll('`', '``'),
    text.replaceAll("'", "'\\''"),
    text.replaceAll("'", `'"'"'`),
    text.replaceAll('"', '""').replaceAll("'", "''"),
    text.replaceAll("'", "''").replaceAll('\\', '\\\\'),
  ].filter((spelling) => spelling !== text);
}

/** What of a value's beginning and end is no secret: a prefix that everybody knows, and a word that may be anywhere; and what stands in all values of a kind. */
function pieceRule(text: string, user: number): PieceRule {
  const words = text.length < CHOSEN ? [wordAt(text, 1), wordAt(text, -1)] : [0, 0];
  return {
    publicStart: Math.max(user, publicStartOf(text), words[0] ?? 0),
    publicMiddle: publicMiddleOf(text),
    publicEnd: words[1] ?? 0,
    groups: UUID_DIGITS.test(text.replaceAll('-', '')),
  };
}

/** Length of the longest beginning (or end) that reads as a word. */
function wordAt(text: string, direction: 1 | -1): number {
  let length = 0;
  while (length < text.length) {
    const word = direction === 1 ? text.slice(0, length + 1) : text.slice(text.length - length - 1);
    if (!isWordlike(utf8(word))) break;
    length += 1;
  }
  return length;
}

/** A value of several lines under other line ends, without them, and line by line. */
function lines(text: string): string[] {
  const all = text.split(/\r\n|\r|\n/);
  if (all.length < 2) {
    return [];
  }
  const inner = all.filter((line) => !PEM_BOUNDARY.test(line)).map((line) => line.trim());
  return [...['\n', '\r\n', '\r', ' ', ''].map((end) => all.join(end)), inner.join('')];
}

/** A UUID, or another value in groups, without its dashes; 32 hexadecimal digits as a UUID. */
function regrouped(text: string): string[] {
  if (UUID_DIGITS.test(text)) {
    return [text.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')];
  }
  const joined = text.replaceAll(/[-:]/g, '');
  const grouped = joined.length >= PART && /^[0-9a-z]+(?:[-:][0-9a-z]+)+$/i.test(text);
  return grouped ? [joined] : [];
}

function byteForms(text: string): Uint8Array[] {
  const plain = utf8(text);
  const forms = [plain];
  if (plain.length !== text.length) {
    const units = [...text].map((char) => char.codePointAt(0) ?? 0);
    forms.push(utf8(text.toLowerCase()), utf8(text.toUpperCase()), utf16(text, true), utf16(text, false));
    // UTF-8 that was read as Latin-1 on its way.
    forms.push(utf8(String.fromCharCode(...plain)));
    if (units.every((code) => code <= 0xff)) {
      forms.push(Uint8Array.from(units));
    }
  }
  return forms.flatMap((form) => [form, ...unescapedForms(form)]);
}

/** What a value becomes that itself contains what looks like an escape: it is decoded along with the text around it. */
function unescapedForms(form: Uint8Array): Uint8Array[] {
  const forms: Uint8Array[] = [];
  let unescaped = unescapeLayer(form);
  while (unescaped !== undefined && forms.length < DEPTH) {
    forms.push(unescaped.bytes);
    unescaped = unescapeLayer(unescaped.bytes);
  }
  return forms;
}

function utf16(text: string, littleEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let i = 0; i < text.length; i++) {
    view.setUint16(i * 2, text.charCodeAt(i), littleEndian);
  }
  return new Uint8Array(view.buffer);
}
