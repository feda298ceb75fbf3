import { createHash, randomBytes } from 'node:crypto';
import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../src/core/redact/redactor.ts';
import { Secret } from '../../../src/core/secret.ts';
import { isCompressed, TooMuchInsideError, tellsOfAtMost } from '../../../src/gateway/answer/compressed.ts';
import { cpuTime } from '../../support/cpuTime.ts';

const key = ['tok', randomBytes(16).toString('hex')].join('_');
const redactor = new Redactor([{ name: 'api', value: new Secret(key) }]);
const tells = (bytes: Uint8Array): boolean => redactor.binary(bytes) > 0;
const short = JSON.stringify({ you_sent: key });
const long = JSON.stringify({ items: Array.from({ length: 400 }, (_, i) => `item ${i}`), you_sent: key });

const PACK: Readonly<Record<string, (text: string | Buffer) => Buffer>> = {
  gzip: (text) => zlib.gzipSync(text),
  zlib: (text) => zlib.deflateSync(text),
  'zlib, fastest': (text) => zlib.deflateSync(text, { level: 1 }),
  'zlib, stored': (text) => zlib.deflateSync(text, { level: 0 }),
  'raw deflate': (text) => zlib.deflateRawSync(text),
  'raw deflate, fixed codes': (text) => zlib.deflateRawSync(text, { strategy: zlib.constants.Z_FIXED }),
  brotli: (text) => zlib.brotliCompressSync(text),
  'brotli, fastest': (text) => zlib.brotliCompressSync(text, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 0 } }),
  zstd: (text) => zlib.zstdCompressSync(text),
};

const STAND: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  alone: (bytes) => bytes,
  'with something behind it': (bytes) => Buffer.concat([bytes, Buffer.from('behind it')]),
  'without its end': (bytes) => bytes.subarray(0, -3),
  'behind a length': (bytes) => Buffer.concat([Buffer.from([0, 0, 1, 7]), bytes]),
  'behind a line break': (bytes) => Buffer.concat([Buffer.from('\r\n'), bytes]),
};

const cases = Object.keys(PACK).flatMap((packed) => Object.keys(STAND).map((standing) => [packed, standing] as const));

describe('bytes that are compressed without saying so', () => {
  it.each(cases)('%s, %s, are seen', (packed, standing) => {
    for (const text of [short, long, Buffer.from(short, 'utf16le')]) {
      // What is stored goes on being read by `Redactor.binary` itself.
      const bytes = STAND[standing]?.(PACK[packed]?.(text) ?? Buffer.alloc(0)) ?? Buffer.alloc(0);
      expect(isCompressed(bytes, tells) || tells(bytes)).toBe(true);
    }
  });

  it.each([
    ['a part of a form', 'gzip', '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n', '\r\n--x--\r\n'],
    [
      'a stream of a document',
      'zlib',
      '%PDF-1.7\n4 0 obj\n<</Filter/FlateDecode/Length 99>>\nstream\r\n',
      '\nendstream',
    ],
    ['a text in a picture', 'zlib', '\x89PNG\r\n\x1a\n\0\0\0\x20zTXtComment\0\0', '\0\0\0\0IEND'],
    ['a fast one', 'zlib, fastest', `\0\x01${'.'.repeat(5000)}`, ''],
  ])('inside of %s are seen where they say what they are', (_, packed, before, behind) => {
    const bytes = Buffer.concat([
      Buffer.from(before, 'latin1'),
      PACK[packed]?.(short) ?? Buffer.alloc(0),
      Buffer.from(behind),
    ]);
    expect(isCompressed(bytes, tells)).toBe(true);
    expect(isCompressed(bytes, () => false)).toBe(false);
  });

  it('cost no more where much looks as if it began', () => {
    const bytes = Buffer.alloc(16_384, '\x78\x9c\0', 'latin1');
    expect(cpuTime(() => isCompressed(bytes, tells))).toBeLessThan(500);
  });

  it.each([
    ['compress', '1f9d90'],
    ['7z', '377abcaf271c0004'],
    ['rar', '526172211a070100'],
    ['lzip', '4c5a49500114'],
    ['lzma', '5d00008000ffffff'],
    ['lzop', '894c5a4f000d0a1a'],
    ['lz4', '04224d186440a7'],
    ['a cabinet', '4d53434600000000'],
  ])('of a kind that is not decoded here are seen by how they begin: %s', (_, start) => {
    expect(isCompressed(Buffer.concat([Buffer.from(start, 'hex'), randomBytes(200)]), () => false)).toBe(true);
  });

  it('are looked into no further than that comes to so many bytes', () => {
    const inside = zlib.deflateSync(Buffer.alloc(60_000, 'A'));
    const bytes = Buffer.concat([Buffer.from('\0\x01\x02\xff', 'latin1'), randomBytes(8), inside]);
    expect(isCompressed(bytes, tellsOfAtMost(100_000, redactor))).toBe(false);
    expect(() => isCompressed(bytes, tellsOfAtMost(50_000, redactor))).toThrow(TooMuchInsideError);
  });

  it.each(Object.keys(PACK))('%s of gzip are seen', (packed) => {
    expect(isCompressed(PACK[packed]?.(zlib.deflateRawSync(short)) ?? Buffer.alloc(0), tells)).toBe(true);
  });

  it('hold text, whether a credential is in it or not: what is withheld tells nothing', () => {
    for (const pack of Object.values(PACK)) {
      expect(isCompressed(pack('{"nothing":"in particular, really"}'), () => false)).toBe(true);
    }
  });

  it('are not random bytes, images, texts and short ones', () => {
    const png = Buffer.concat([
      Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
      zlib.deflateSync(Buffer.alloc(4000, 'pixels')),
    ]);
    const texts = [short, long, '<p>ä</p>', 'x', ''].map((text) => Buffer.from(text));
    const random = Array.from({ length: 400 }, (_, i) =>
      createHash('shake256', { outputLength: 1 + 5 * i })
        .update(`${i}`)
        .digest(),
    );
    const numbers = Buffer.from(Float64Array.from({ length: 500 }, (_, i) => i * 1.7).buffer);
    const counted = Buffer.from(Uint32Array.from({ length: 500 }, (_, i) => i).buffer);
    expect([png, numbers, counted, ...texts].filter((bytes) => isCompressed(bytes, tells))).toEqual([]);
    // Some bytes that begin an archive, or a block whose text is one letter again and again, stand in one of thousands.
    expect(random.filter((bytes) => isCompressed(bytes, tells)).length).toBeLessThan(2);
  });
});
