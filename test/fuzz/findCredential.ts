import zlib from 'node:zlib';

/** This much of a random credential is no accident. */
const PIECE = 12;

const UNPACKERS = {
  gzip: zlib.gunzipSync,
  zlib: zlib.inflateSync,
  deflate: zlib.inflateRawSync,
  brotli: zlib.brotliDecompressSync,
};

/**
 * How a credential can be got out of a result by somebody who looks for it, or undefined. Written without the product's
 * own redaction: text by text, decoded as a reader would, and what was given out as bytes unpacked. `pieces`: its
 * beginning or end at the edge of a text counts.
 */
export function findCredential(
  result: Readonly<Record<string, unknown>>,
  key: string,
  pieces: boolean,
): string | undefined {
  for (const text of textsOf(result)) {
    const how = findIn(text, key, pieces, 2);
    if (how !== undefined) return how;
  }
  if (typeof result.base64 !== 'string') return undefined;
  const bytes = Buffer.from(result.base64, 'base64');
  for (const [how, unpack] of Object.entries(UNPACKERS)) {
    const unpacked = unpackWith(unpack, bytes)?.toString('latin1');
    const inside = unpacked === undefined ? undefined : findIn(unpacked, key, false, 1);
    if (inside !== undefined) return `bytes in ${how}, ${inside}`;
  }
  return undefined;
}

function findIn(text: string, key: string, pieces: boolean, depth: number): string | undefined {
  const plain = text.toLowerCase();
  const wanted = key.toLowerCase();
  if (plain.includes(wanted)) return 'plain';
  if (pieces && plain.endsWith(wanted.slice(0, PIECE))) return 'its beginning at the end of a text';
  if (pieces && plain.startsWith(wanted.slice(-PIECE))) return 'its end at the beginning of a text';
  if (depth === 0) return undefined;
  for (const [how, decoded] of decodings(text)) {
    const inside = findIn(decoded, key, false, depth - 1);
    if (inside !== undefined) return `${how}, ${inside}`;
  }
  return undefined;
}

function* decodings(text: string): Generator<readonly [how: string, decoded: string]> {
  if (text.includes('%'))
    yield [
      'percent',
      text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    ];
  if (text.includes('\\'))
    yield [
      'escapes',
      text
        .replaceAll(/\\u00([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
        .replaceAll('\\', ''),
    ];
  if (text.includes('\0')) yield ['without NUL', text.replaceAll('\0', '')];
  for (const [run] of text.matchAll(/[0-9a-f]{32,}/gi))
    yield ['hexadecimal', Buffer.from(run, 'hex').toString('latin1')];
  for (const [run] of text.matchAll(/[\w+/-]{16,}={0,2}/g)) {
    for (let skip = 0; skip < 4; skip++) yield ['base64', Buffer.from(run.slice(skip), 'base64').toString('latin1')];
  }
}

function unpackWith(
  unpack: (bytes: Buffer, options: { maxOutputLength: number }) => Buffer,
  bytes: Buffer,
): Buffer | undefined {
  try {
    return unpack(bytes, { maxOutputLength: 1 << 20 });
  } catch {
    return undefined; // it is not packed so
  }
}

function* textsOf(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      yield name;
      yield* textsOf(inner);
    }
  }
}
