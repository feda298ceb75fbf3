import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { inEnglish, type Phrase, phrase } from '../../core/text/phrase.ts';

/** A body that must not be handed on, because what is in it cannot be known. `reason` completes "… withheld: ". */
export class WithheldError extends Error {}
/** A body that is larger than its cap once decompressed. */
export class TooLargeError extends Error {
  readonly what: Phrase;

  constructor(what: Phrase) {
    super(inEnglish(what));
    this.what = what;
  }
}

/** No API stacks more than one; a stack is a way to hide a bomb. */
const MAX_ENCODINGS = 2;

const decoders: Readonly<Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>> = {
  gzip: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip),
  'x-gzip': promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip),
  br: promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress),
  deflate: async (bytes, options) => {
    try {
      return await promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflate)(bytes, options);
    } catch (error) {
      if (isTooLarge(error)) throw error;
      // RFC 9110 section 8.4.1.2: some servers send raw deflate data without the zlib wrapper.
      return promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflateRaw)(bytes, options);
    }
  },
};

/** How many bodies grow at once: each may take its whole cap of memory while it does. */
const MAX_AT_ONCE = 2;

/** Undoes content encodings, a few bodies at a time, so that many bombs at once take no more memory than a few. */
export class Decompressor {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /**
   * Undoes `Content-Encoding` (RFC 9110 section 8.4), never past `maxBytes` of output.
   * Throws {@link TooLargeError} or {@link WithheldError}.
   */
  async decompress(body: Buffer, contentEncoding: string, maxBytes: number): Promise<Buffer> {
    if (this.#running >= MAX_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await decompress(body, contentEncoding, maxBytes);
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}

async function decompress(body: Buffer, contentEncoding: string, maxBytes: number): Promise<Buffer> {
  if (body.length === 0) return body;
  const encodings = contentEncoding
    .toLowerCase()
    .split(',')
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== '' && encoding !== 'identity');
  if (encodings.length > MAX_ENCODINGS) throw new WithheldError(`it is encoded ${encodings.length} times over`);
  let bytes = body;
  for (const encoding of encodings.reverse()) {
    const decoder = Object.hasOwn(decoders, encoding) ? decoders[encoding] : undefined;
    if (decoder === undefined) throw new WithheldError('its content encoding is not known here');
    if (bytes.length === 0) break;
    try {
      bytes = await decoder(bytes, { maxOutputLength: maxBytes });
    } catch (error) {
      if (isTooLarge(error)) throw new TooLargeError(phrase`more than ${maxBytes} bytes when decompressed`);
      throw new WithheldError('its content encoding is broken');
    }
  }
  return bytes;
}

/** Whether that is what zlib throws for more output than it may make. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}

export interface MediaType {
  /** Lower case, without parameters; empty when the header is missing or odd. */
  readonly essence: string;
  readonly charset: string | undefined;
}

export function parseMediaType(contentType: string): MediaType {
  const [essence = '', ...parameters] = contentType.split(';');
  const charset = parameters
    .map((parameter) => /^\s*charset\s*=\s*"?([^";\s]+)"?\s*$/i.exec(parameter)?.[1])
    .find((value) => value !== undefined);
  return { essence: essence.trim().toLowerCase(), charset };
}

export function isJsonType(essence: string): boolean {
  return essence === 'application/json' || essence.endsWith('+json') || essence === 'text/json';
}
