import { bareOf } from './bare.ts';
import { utf8 } from './bytes.ts';
import { LEAST } from './matcher.ts';

/** Shorter letters and digits must be mixed to be told from words that stand beside each other. */
const LONG = 16;
const LEAST_CHANGES = 3;

/** How each byte is written in a list of numbers, or as code points, without what stands between them. */
const NUMERALS: readonly (readonly string[])[] = [
  table((byte) => byte.toString(16).padStart(2, '0')),
  table((byte) => `0x${byte.toString(16).padStart(2, '0')}`),
  table((byte) => `u${byte.toString(16).padStart(4, '0')}`),
  table((byte) => String(byte)),
  table((byte) => String(byte > 127 ? 256 - byte : byte)),
  table((byte) => String(byte).padStart(3, '0')),
  table((byte) => byte.toString(8).padStart(3, '0')),
  table((byte) => byte.toString(2).padStart(8, '0')),
];

/** Base64, and both alphabets of base32 (RFC 4648). */
const PACKINGS = [
  { digits: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', bits: 6 },
  { digits: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', bits: 5 },
  { digits: '0123456789ABCDEFGHIJKLMNOPQRSTUV', bits: 5 },
] as const;

/**
 * A secret as it reads in the letters and digits alone of a text: itself, as a list of its bytes in any usual notation,
 * in base32, and in base64 (of which the case is then no matter).
 */
export function spelledOut(text: string): Uint8Array[] {
  const bytes = utf8(text);
  const bare = [...new Set([text, text.normalize('NFC'), text.normalize('NFD')])].map((t) => bareBytes(utf8(t)));
  const numerals = NUMERALS.map((written) => utf8(bytes.reduce((list, byte) => list + written[byte], '')));
  const packed = PACKINGS.flatMap(({ digits, bits }) => packings(bytes, digits, bits));
  return [...bare.filter(isMixed), ...numerals, ...packed].filter((form) => form.length >= LEAST);
}

/** Whether letters and digits in a row are unlikely to be words and numbers that happen to stand beside each other. */
function isMixed(bytes: Uint8Array): boolean {
  const kind = (byte: number): number => (byte < 0x3a ? 0 : byte < 0x5b ? 1 : byte < 0x7b ? 2 : 3);
  const changes = bytes.filter((byte, index) => index > 0 && kind(byte) !== kind(bytes[index - 1] ?? 0)).length;
  return bytes.length >= LONG || changes >= LEAST_CHANGES;
}

/** The digits that bytes alone decide, wherever they begin in a packed text. */
function packings(bytes: Uint8Array, digits: string, bits: number): Uint8Array[] {
  const forms: Uint8Array[] = [];
  for (let lead = 0; lead < bits; lead++) {
    let pending = 0;
    let held = (lead * 8) % bits;
    // What the byte before decides in part is left out.
    let whole = held === 0;
    let out = '';
    for (const byte of bytes) {
      pending = ((pending << 8) | byte) & 0xffff;
      held += 8;
      while (held >= bits) {
        held -= bits;
        if (whole) out += digits[(pending >> held) & (2 ** bits - 1)] ?? '';
        whole = true;
      }
    }
    forms.push(bareBytes(utf8(out)));
    if (bits === 6 && lead === 2) break;
  }
  return forms;
}

function table(write: (byte: number) => string): string[] {
  return Array.from({ length: 256 }, (_, byte) => write(byte));
}

function bareBytes(bytes: Uint8Array): Uint8Array {
  return bareOf(bytes, false)?.bytes ?? new Uint8Array();
}
