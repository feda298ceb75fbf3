import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import zlib from 'node:zlib';
import type { Redactor } from '../../core/redact/redactor.ts';
import { isTooLarge } from './decode.ts';

/** gzip, zstd, zip, xz, bzip2, compress, 7z, rar, lzip, lzma, lzop, lz4 and cabinets say themselves what they are. */
const MAGICS = [
  ...['1f8b', '28b52ffd', '504b0304', 'fd377a58', '425a68', '1f9d', '1fa0', '377abcaf', '526172211a07', '4c5a495001'],
  ...['5d0000', '894c5a4f', '04224d18', '4d53434600000000'],
];

/** Binary bodies above this are described, not returned, so that no more than this can tell anything. */
const MAX_LOOKED_AT = 16 * 1024;
const MAX_OUTPUT = 64 * 1024;
/** Of what is an archive by its own right. */
const MAX_ARCHIVE = 1024 * 1024;
/** Something before the compressed data hides it no better than a header would. */
const MAX_BEFORE = 8;
const MAX_TIMES = 2;

/** So many places further inside are tried: a picture has one or two, and each takes a moment. */
const MAX_INSIDE = 16;

/** Less output than this, or less text in it, comes out of random bytes, too. */
const LEAST_OUTPUT = 8;
const TEXT_SHARE = 0.9;

const NOTHING = new Uint8Array();

const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH, ZSTD_e_flush } = zlib.constants;

/** Each takes what is cut off or followed by something else, and fails within some bytes of what is not its own. */
const DECODERS: readonly Decoder[] = [
  (bytes, maxOutputLength) => (isZlib(bytes) ? inflateRaw(bytes.subarray(2), maxOutputLength) : NOTHING),
  (bytes, maxOutputLength) => (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzip(bytes, maxOutputLength) : NOTHING),
  inflateRaw,
  (bytes, maxOutputLength) =>
    zlib.brotliDecompressSync(bytes, { finishFlush: BROTLI_OPERATION_FLUSH, maxOutputLength }),
  (bytes, maxOutputLength) =>
    bytes[0] === 0x28 && bytes[1] === 0xb5
      ? zlib.zstdDecompressSync(bytes, { finishFlush: ZSTD_e_flush, maxOutputLength })
      : NOTHING,
];

/** Throws for what is not its own, and for more than may come out. */
type Decoder = (bytes: Uint8Array, maxOutputLength: number) => Uint8Array;

function inflateRaw(bytes: Uint8Array, maxOutputLength: number): Uint8Array {
  return zlib.inflateRawSync(bytes, { finishFlush: Z_SYNC_FLUSH, maxOutputLength });
}

/** Without the ten bytes of a plain header, so that the checksum at the end is left alone: it may be wrong. */
function gunzip(bytes: Uint8Array, maxOutputLength: number): Uint8Array {
  if (bytes[3] === 0) return inflateRaw(bytes.subarray(10), maxOutputLength);
  return zlib.gunzipSync(bytes, { finishFlush: Z_SYNC_FLUSH, maxOutputLength });
}

/** Whether two bytes in front are a header of zlib's (RFC 1950). */
function isZlib(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes;
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
}

/** What is compressed inside of some bytes comes to more than may be looked through at once. */
export class TooMuchInsideError extends Error {}

/**
 * Whether a credential is in bytes, for {@link isCompressed} and {@link hides}. Throws {@link TooMuchInsideError} once it is asked
 * about more than `most` bytes in all: a kilobyte holds a megabyte, sixteen times over.
 */
export function tellsOfAtMost(most: number, redactor: Pick<Redactor, 'binary'>): (bytes: Uint8Array) => boolean {
  let left = most;
  return (bytes) => {
    left -= bytes.length;
    if (left < 0) throw new TooMuchInsideError('too much is compressed inside');
    return redactor.binary(bytes) > 0;
  };
}

/**
 * Whether bytes are compressed without saying so: whoever has them has what is in them, one step away. What begins
 * with compressed data counts when text comes out, whatever it says; data behind something else, as in images and
 * documents, only when `tells` finds a credential in it.
 */
export function isCompressed(bytes: Uint8Array, tells: (bytes: Uint8Array) => boolean): boolean {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, MAX_LOOKED_AT));
  const start = head.subarray(0, 8).toString('hex');
  if (MAGICS.some((magic) => start.startsWith(magic))) return true;
  if (isPlainText(head)) return false;
  return yields(head, { times: MAX_TIMES, textCounts: true, most: MAX_OUTPUT }, tells) || isInside(head, tells);
}

/** Whether a credential is in what is compressed behind the first byte. */
function isInside(head: Uint8Array, tells: (bytes: Uint8Array) => boolean): boolean {
  const next = Array.from({ length: Math.max(0, Math.min(MAX_BEFORE, head.length) - 1) }, (_, index) => index + 1);
  return [...next, ...signedPlaces(head)].some((offset) =>
    yields(head.subarray(offset), { times: 1, textCounts: false, most: MAX_OUTPUT }, tells),
  );
}

/** Where gzip or zlib say themselves that they begin, as in a part of a form, a chunk of a picture, a stream of a document. */
function signedPlaces(bytes: Uint8Array): number[] {
  const places: number[] = [];
  for (let offset = MAX_BEFORE; offset < bytes.length - LEAST_OUTPUT && places.length < MAX_INSIDE; offset++) {
    const [first, second, third] = bytes.subarray(offset, offset + 3);
    const zlibBegins = first === 0x78 && (second === 0x01 || second === 0x5e || second === 0x9c || second === 0xda);
    if (zlibBegins || (first === 0x1f && second === 0x8b && third === 0x08)) places.push(offset);
  }
  return places;
}

/** Whether a credential is in what bytes hold compressed. For what may be an archive by its own right, such as a tool's result. */
export function hides(bytes: Uint8Array, tells: (bytes: Uint8Array) => boolean): boolean {
  const archive = { times: MAX_TIMES, textCounts: false, most: MAX_ARCHIVE };
  return yields(bytes, archive, tells) || isInside(bytes.subarray(0, MAX_LOOKED_AT), tells);
}

interface Wanted {
  /** So many times one within another. */
  readonly times: number;
  /** Whether text that comes out is enough, whatever it says. */
  readonly textCounts: boolean;
  /** More bytes do not come out. */
  readonly most: number;
}

function yields(bytes: Uint8Array, wanted: Wanted, tells: (bytes: Uint8Array) => boolean): boolean {
  const { times, textCounts, most } = wanted;
  return DECODERS.some((decode) => {
    const out = decoded(bytes, decode, most);
    if (out === undefined) return textCounts;
    if (out.length < LEAST_OUTPUT) return false;
    if ((textCounts && isMostlyText(out)) || tells(out)) return true;
    return times > 1 && yields(out, { ...wanted, times: times - 1 }, tells);
  });
}

/** What a decoder makes of bytes, nothing where they are not its own; undefined for more than it may make. */
function decoded(bytes: Uint8Array, decode: Decoder, most: number): Uint8Array | undefined {
  try {
    return decode(bytes, most);
  } catch (error) {
    return isTooLarge(error) ? undefined : NOTHING;
  }
}

function isMostlyText(bytes: Uint8Array): boolean {
  const text = bytes.filter((byte) => (byte >= 0x20 && byte < 0x7f) || (byte >= 9 && byte <= 13)).length;
  // In UTF-16 every second byte of ASCII is zero.
  const zeros = bytes.filter((byte) => byte === 0).length;
  return text + Math.min(zeros, text) >= TEXT_SHARE * bytes.length;
}

/** Whether bytes are UTF-8 without control characters, which compressed data never is. */
function isPlainText(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte < 0x20 && !(byte >= 9 && byte <= 13) && byte !== 0x1b) return false;
  }
  if (isUtf8(bytes)) return true;
  // What is looked at may end within a character.
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
