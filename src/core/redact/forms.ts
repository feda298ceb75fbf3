import { unescapeLayer } from './unescape.ts';

/** Values shorter than this are looked for as whole tokens only; the store refuses them (see strength.ts). */
export const SHORT = 8;

/** Below this even a whole token says nothing: `k7` is a word like any other. */
const TOO_SHORT = 4;

/** A line of a longer value, or a value without its dashes, counts as secret from this length on. */
const PART = 16;

const PEM_BOUNDARY = /^-----(?:BEGIN|END) /;

/** What a credential is looked for as. */
export interface Forms {
  readonly bytes: readonly Uint8Array[];
  /** The value is so short that it is looked for as a whole token only. */
  readonly whole: boolean;
}

/**
 * The byte sequences that give a credential away once escapes are decoded and base64 and hexadecimal are unpacked;
 * letters' case and `+` for a space are the automaton's. Linear in the value's length.
 */
export function formsOf(value: string): Forms {
  if (value.length < SHORT) {
    return { bytes: value.length < TOO_SHORT ? [] : [utf8(value)], whole: true };
  }
  const texts = new Set<string>();
  for (const text of spellings(value)) {
    for (const normal of [text, text.normalize('NFC'), text.normalize('NFD')]) {
      texts.add(normal);
    }
  }
  const unique = new Map<string, Uint8Array>();
  for (const bytes of [...texts].flatMap(byteForms)) {
    // Where a value is mostly blanks, what is left of it may be shorter than the rest of this code supposes.
    if (bytes.length >= SHORT) {
      unique.set(bytes.join(), bytes);
    }
  }
  return { bytes: [...unique.values()], whole: false };
}

/** The value and its parts as texts. */
function spellings(value: string): string[] {
  const bare = value.trim();
  const texts = [value, bare, bare.replace(/^(?:bearer|basic|token)\s+/i, '')];
  // A key file in JSON holds the lines of its private key in one string.
  texts.push(bare.replaceAll('\\n', '\n'));
  return [...texts, ...members(bare)]
    .flatMap((text) => [text, ...lines(text), ...regrouped(text)])
    .filter((text) => text.length >= SHORT);
}

/** Names of a JSON document's members that are secret on their own; the others (ids, addresses) are not. */
const SECRET_MEMBER = /(?:secret|token|password|passphrase|private_?key|secret_?access_?key)$/i;

/** The secret members of a credential that is a JSON document: a key file, or a client secret beside a refresh token. */
function members(text: string): string[] {
  if (!text.startsWith('{')) return [];
  try {
    const entries = Object.entries(JSON.parse(text) as Record<string, unknown>);
    return entries.flatMap(([name, value]) => (typeof value === 'string' && SECRET_MEMBER.test(name) ? [value] : []));
  } catch {
    return [];
  }
}

/** A value of several lines under other line ends, without them, and line by line. */
function lines(text: string): string[] {
  const all = text.trim().split(/\r\n|\r|\n/);
  if (all.length < 2) {
    return [];
  }
  const inner = all.filter((line) => !PEM_BOUNDARY.test(line)).map((line) => line.trim());
  return [
    ...['\n', '\r\n', '\r', ' ', ''].map((end) => all.join(end)),
    inner.join(''),
    // A line with blanks in it is prose or a JSON member, which others may share.
    ...inner.filter((line) => line.length >= PART && !/\s/.test(line)),
  ];
}

/** A UUID, or another value in groups, without its dashes; 32 hexadecimal digits as a UUID. */
function regrouped(text: string): string[] {
  if (/^[0-9a-f]{32}$/i.test(text)) {
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
  const unescaped = unescapeLayer(form);
  return unescaped === undefined ? [] : [unescaped.bytes, ...unescapedForms(unescaped.bytes)];
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function utf16(text: string, littleEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let i = 0; i < text.length; i++) {
    view.setUint16(i * 2, text.charCodeAt(i), littleEndian);
  }
  return new Uint8Array(view.buffer);
}
