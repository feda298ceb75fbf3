import { bareOf } from './bare.ts';
import { utf8 } from './bytes.ts';
import { LEAST } from './matcher.ts';

/** Shorter letters and digits must be mixed to be told from words that stand beside each other. */
const LONG = 16;
const LEAST_CHANGES = 3;

/** How a byte or a code point is written in a list of numbers, without what stands between them. */
const NUMERALS: readonly ((code: number) => string)[] = [
  (code) => code.toString(16).padStart(2, '0'),
  (code) => `0x${code.toString(16).padStart(2, '0')}`,
  (code) => `u${code.toString(16).padStart(4, '0')}`,
  (code) => String(code),
  (code) => String(code).padStart(3, '0'),
  (code) => code.toString(8).padStart(3, '0'),
  (code) => code.toString(2).padStart(8, '0'),
];

/** The same for each byte, for which all is known beforehand. */
const BYTES: readonly (readonly Uint8Array[])[] = [
  ...NUMERALS.map(table),
  table((byte) => String(byte > 127 ? 256 - byte : byte)),
];

/** In binary. */
const MAX_NUMERAL = 8;

/** Base64, and both alphabets of base32 (RFC 4648), each as its digits; 0 for one that is neither letter nor digit. */
const PACKINGS = [
  { digits: utf8('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\0\0'), bits: 6, leads: 3 },
  { digits: utf8('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'), bits: 5, leads: 5 },
  { digits: utf8('0123456789ABCDEFGHIJKLMNOPQRSTUV'), bits: 5, leads: 5 },
] as const;

/**
 * A secret as it reads in the letters and digits alone of a text: itself, as a list of its bytes in any usual notation,
 * in base32, and in base64 (of which the case is then no matter).
 */
export function spelledOut(text: string): Uint8Array[] {
  const bytes = utf8(text);
  const bare = [...new Set([text, text.normalize('NFC'), text.normalize('NFD')])].map((t) => bareBytes(utf8(t)));
  const numerals = [...BYTES.map((written) => listed(bytes, written)), ...codePoints(text, bytes)];
  const packed = PACKINGS.flatMap(({ digits, bits, leads }) =>
    Array.from({ length: leads }, (_, lead) => packing(bytes, digits, bits, lead)),
  );
  return [...bare.filter(isMixed), ...numerals, ...packed].filter((form) => form.length >= LEAST);
}

/** Whether letters and digits in a row are unlikely to be words and numbers that happen to stand beside each other. */
function isMixed(bytes: Uint8Array): boolean {
  const kind = (byte: number): number => (byte < 0x3a ? 0 : byte < 0x5b ? 1 : byte < 0x7b ? 2 : 3);
  const changes = bytes.filter((byte, index) => index > 0 && kind(byte) !== kind(bytes[index - 1] ?? 0)).length;
  return bytes.length >= LONG || changes >= LEAST_CHANGES;
}

function listed(bytes: Uint8Array, written: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(MAX_NUMERAL * bytes.length);
  let size = 0;
  for (let i = 0; i < bytes.length; i++) {
    const number = written[bytes[i] as number] as Uint8Array;
    for (let j = 0; j < number.length; j++) out[size++] = number[j] as number;
  }
  return out.slice(0, size);
}

/** A text that is not ASCII as a list of its code points, which are other numbers than its bytes. */
function codePoints(text: string, bytes: Uint8Array): Uint8Array[] {
  if (bytes.length === text.length) return [];
  const codes = [...text].map((char) => char.codePointAt(0) ?? 0);
  return NUMERALS.map((write) => utf8(codes.map(write).join('')));
}

/** The digits that bytes alone decide, where so many other bytes stand before them in the packed text. */
function packing(bytes: Uint8Array, digits: Uint8Array, bits: number, lead: number): Uint8Array {
  const out = new Uint8Array(Math.ceil((bytes.length * 8) / bits));
  let size = 0;
  let pending = 0;
  let held = (lead * 8) % bits;
  // What the byte before decides in part is left out.
  let whole = held === 0;
  const mask = 2 ** bits - 1;
  for (let i = 0; i < bytes.length; i++) {
    pending = ((pending << 8) | (bytes[i] as number)) & 0xffff;
    held += 8;
    while (held >= bits) {
      held -= bits;
      const digit = digits[(pending >> held) & mask] as number;
      if (whole && digit !== 0) out[size++] = digit;
      whole = true;
    }
  }
  return out.subarray(0, size);
}

function table(write: (byte: number) => string): Uint8Array[] {
  return Array.from({ length: 256 }, (_, byte) => utf8(write(byte)));
}

function bareBytes(bytes: Uint8Array): Uint8Array {
  return bareOf(bytes, 'plain')?.bytes ?? new Uint8Array();
}
