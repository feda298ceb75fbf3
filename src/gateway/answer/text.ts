import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { isJsonType, type MediaType, WithheldError } from './decode.ts';

/** How the bytes of a body are read as characters. */
export interface Reading {
  /** A label of the Encoding Standard; undefined for UTF-8. */
  readonly charset: string | undefined;
  /** Nothing says which, and the bytes are not UTF-8: what cannot be read is replaced. */
  readonly replaced?: true;
}

/** A document says in its first characters which character set it is in: so much of it is looked at, in bytes. */
const HEAD_BYTES = 1024;

/** XML 1.0 section 4.3.3, and what HTML calls a prescan. */
const XML_ENCODING = /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']/;
const HTML_CHARSET = /<meta\s[^>]*?\bcharset=["']?([A-Za-z0-9][A-Za-z0-9._:-]*)/i;

const UTF_16 = /^utf-?16/i;

/**
 * How a body is to be read, or undefined when it is binary. A text in one of the usual types is read whatever is in it. So
 * is what has a character set or is UTF-8 without NUL, whatever its type: many texts come as `application/octet-stream`,
 * or in a type of their own. Pictures, sounds and archives are never texts.
 */
export function readingOf(bytes: Buffer, declared: MediaType): Reading | undefined {
  const type = saysNothing(declared.charset, bytes) ? { ...declared, charset: undefined } : declared;
  if (isTextType(type.essence)) return readingOfText(bytes, type);
  if (isBinaryType(type.essence)) return undefined;
  const { charset } = type;
  if (charset !== undefined && UTF_16.test(charset)) return { charset };
  if (bytes.includes(0)) return undefined;
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) return { charset };
  return isUtf8(bytes) ? { charset: undefined } : undefined;
}

/** `binary` is what `file` calls bytes of any kind, and UTF-8 is often called ASCII, of which it is more. */
function saysNothing(charset: string | undefined, bytes: Buffer): boolean {
  return /^binary$/i.test(charset ?? '') || (/^(?:us-)?ascii$/i.test(charset ?? '') && isUtf8(bytes));
}

/** Throws {@link WithheldError} for a character set that cannot be decoded: a credential in it could not be found. */
export function decodeText(bytes: Buffer, { charset }: Reading): string {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(charset ?? 'utf-8');
  } catch {
    throw new WithheldError('its character set is not known here');
  }
  return decoder.decode(bytes);
}

/** A byte order mark counts first, then what the answer declares, then what its text does; without any, UTF-8 (RFC 8259 for JSON). */
function readingOfText(bytes: Buffer, type: MediaType): Reading {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return { charset: 'utf-16le' };
  if (first === 0xfe && second === 0xff) return { charset: 'utf-16be' };
  const charset = type.charset ?? declaredWithin(bytes, type.essence);
  if (charset !== undefined) return { charset };
  return isUtf8(bytes) ? { charset: undefined } : { charset: undefined, replaced: true };
}

function declaredWithin(bytes: Buffer, essence: string): string | undefined {
  const isHtml = essence === 'text/html';
  if (!isHtml && !/(^|[/+])xml$/.test(essence)) return undefined;
  const head = bytes.toString('latin1', 0, HEAD_BYTES);
  const charset = XML_ENCODING.exec(head)?.[1] ?? (isHtml ? HTML_CHARSET.exec(head)?.[1] : undefined);
  // It could be read, so that it is not in what it says.
  return charset === undefined || UTF_16.test(charset) ? undefined : charset;
}

function isTextType(essence: string): boolean {
  return (
    essence.startsWith('text/') ||
    isJsonType(essence) ||
    essence.endsWith('+xml') ||
    essence.endsWith('+yaml') ||
    /^application\/(xml|javascript|ecmascript|yaml|x-yaml|toml|graphql|sql|x-www-form-urlencoded|x-ndjson|jsonl|json-seq|x-sh)$/.test(
      essence,
    )
  );
}

function isBinaryType(essence: string): boolean {
  return (
    /^(image|audio|video|font)\//.test(essence) ||
    /^application\/(pdf|zip|gzip|x-gzip|x-tar|x-7z-compressed|x-bzip2|x-xz|zstd|wasm)$/.test(essence)
  );
}
