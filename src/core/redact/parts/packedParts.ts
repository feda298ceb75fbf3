import { base64Bytes } from '../../base64.ts';
import { LEAST_PASSWORD } from './connectionParts.ts';
import { isOpaque } from './members.ts';
import type { Part } from './part.ts';

/** More than any key file or client configuration is. */
const MAX_DIGITS = 64 * 1024;
/** Longer ones are no pair. */
const MAX_PAIR = 6000;

/** In either alphabet. */
const BASE64 = /^[\w+/-]{8,}={0,2}$/;

/** Between lines of any length, as `base64` writes them. */
const LINE_END = /[\r\n]+[ \t]*/g;

/** A password or a key, and no text with a structure of its own. */
const VALUE = /^[^\s{}<>[\]]{8,}$/;

/** What stands between a user and a password, and between settings, where mail programs sign in (SASL). */
const NUL = '\0';
const BETWEEN_SETTINGS = '\u0001';

const HEX = /^(?:[\da-f]{2}){8,}$/i;

/**
 * What a part stands for that is a text in base64 or hexadecimal: a pair as Basic authentication has it (RFC 7617), also where
 * the scheme's name is missing, a key file, a file of variables, the value of a member. Only what has a colon says of itself
 * that it is a pair, and only what is in a secret's place, and nothing but letters and signs, that it is one; other texts, and
 * what is packed twice, say so only once they are looked into.
 */
export function packedParts({ text, secret, password = false }: Part): Part[] {
  const bytes = base64Content(text);
  const texts = [bytes && readText(bytes), hexText(text)].filter((inner) => inner !== undefined);
  const pair = texts.length === 0 && bytes ? latin1Pair(bytes) : undefined;
  return [
    ...texts.flatMap((inner) => {
      const fields = fieldsOf(inner);
      return fields.length > 1 ? fields : [textPart(inner.trim(), secret, password)]; // `echo` adds a line end
    }),
    ...(pair === undefined ? [] : [{ text: pair.trim(), secret: pair.includes(':') }]),
  ];
}

function textPart(inner: string, secret: boolean, password: boolean): Part {
  const isValue = secret && VALUE.test(inner) && (password || isOpaque(inner));
  return { text: inner, secret: isValue || inner.includes(':'), ...(isValue ? { password } : {}) };
}

/** Behind the last NUL is the password (RFC 4616); other fields say so themselves. */
function fieldsOf(text: string): Part[] {
  const parts = text.split(NUL).map((field, index, all) => ({
    text: field,
    secret: index > 0 && index === all.length - 1 && field.length >= LEAST_PASSWORD,
    password: index > 0 && index === all.length - 1,
  }));
  return parts.length > 1 ? parts : text.split(BETWEEN_SETTINGS).map((field) => ({ text: field, secret: false }));
}

function base64Content(text: string): Uint8Array | undefined {
  const digits = text.trim().replaceAll(LINE_END, '');
  return digits.length <= MAX_DIGITS && BASE64.test(digits) ? base64Bytes(digits) : undefined;
}

/** Older clients write a pair in Latin-1 (RFC 7617, section 2.1), as which nearly any bytes can be read. */
function latin1Pair(bytes: Uint8Array): string | undefined {
  if (bytes.length > MAX_PAIR || utf8Text(bytes) !== undefined) return undefined;
  const pair = String.fromCharCode(...bytes);
  return /\p{Cc}/u.test(pair) ? undefined : pair;
}

/** A random key in hexadecimal is no text: eight of its bytes are hardly ever letters, digits and signs alone. */
function hexText(text: string): string | undefined {
  const digits = text.trim();
  if (digits.length > MAX_DIGITS || !HEX.test(digits)) return undefined;
  const bytes = Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  );
  return readText(bytes);
}

function readText(bytes: Uint8Array): string | undefined {
  const inner = utf8Text(bytes);
  return inner !== undefined && isText(inner) ? inner : undefined;
}

/** As UTF-8, or as UTF-16, in which every second byte of ASCII is zero. */
function utf8Text(bytes: Uint8Array): string | undefined {
  const characters = bytes.filter((byte) => byte !== 0);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(
      2 * characters.length === bytes.length ? characters : bytes,
    );
  } catch {
    return undefined;
  }
}

/** Whether all of it can be read: blanks and line ends are in files, and other control characters in nothing that people write. */
function isText(text: string): boolean {
  return !/\p{Cc}/u.test(
    text
      .replaceAll(/[\t\r\n]/g, '')
      .replaceAll(NUL, '')
      .replaceAll(BETWEEN_SETTINGS, ''),
  );
}
