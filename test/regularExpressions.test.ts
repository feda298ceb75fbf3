import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { TOKEN_SHAPES } from '../src/core/checkup/secrets/tokenShapes.ts';
import { slowPatterns, whySlow } from './support/slowPatterns.ts';

// Nearly every text here is somebody else's: what an agent sends, an API answers, or a repository holds. No regular
// expression may take longer for it than in proportion to its length.

const SOURCE = path.resolve(import.meta.dirname, '../src');

/** Patterns that may stand as they are, each by its file and how it begins, with the reason. */
const ALLOWED: readonly (readonly [file: string, beginning: string, why: string])[] = [
  ['core/packages/pythonPackages.ts', '/^(https?:\\S+|[A-Za-z0-9]', 'of a thousand characters at most'],
  ['core/checkup/secrets/tokenShapes.ts', 'new RegExp(`', 'looked at as it is, below'],
  ['core/checkup/secrets/tokenShapes.ts', 'new RegExp( `', 'the same ones, one after another'],
  ['proxy/messageId.ts', 'new RegExp( String.raw`^\\s{0,9}', 'no repetition in it is without an end'],
  ['proxy/messageId.ts', 'new RegExp( String.raw`,\\s{0,9}"id"', 'no repetition in it is without an end'],
];

describe('the regular expressions of the source', () => {
  const found = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.replaceAll('\\', '/'))
    .flatMap((file) => slowPatterns(readFileSync(path.join(SOURCE, file), 'utf8')).map((one) => ({ file, ...one })));
  const fits = ({ file, source }: (typeof found)[number], [where, beginning]: (typeof ALLOWED)[number]): boolean =>
    file === where && source.startsWith(beginning);

  it('repeat nothing next to or within another repetition of the same characters', () => {
    expect(found.filter((one) => !ALLOWED.some((allowed) => fits(one, allowed)))).toEqual([]);
  });

  it.each(ALLOWED)('are allowed otherwise in %s, as %s, only where they stand', (...allowed) => {
    expect(found.filter((one) => fits(one, allowed))).toHaveLength(1);
  });

  it.each(TOKEN_SHAPES)('are linear for the shape of $kind, too', ({ pattern }) => {
    expect(whySlow(pattern)).toBeUndefined();
  });
});

describe('a regular expression that takes the square of its text or more', () => {
  it.each([
    ['nested', 'const slow = /^(?:a+)+$/;'],
    ['nested, in a group of its own', String.raw`text.replace(/^(\w+\s?)*$/u, '');`],
    ['nested, by a choice', 'text.split(/(?:x|x)+y/);'],
    ['nested, by what it refers back to', String.raw`/^(.)\1+(?:-(.)\2+)*$/.test(text);`],
    ['adjacent', String.raw`export class A { readonly #slow = /^\d+\d+$/; }`],
    ['adjacent, around something optional', String.raw`if (/^\s*,?\s*$/.test(text)) throw new Error();`],
    ['adjacent, with other classes', String.raw`const [, a] = /^(.*:)([^:]*\.[^:]*)$/.exec(text as string) ?? [];`],
    ['tried again from each place of a run', "text.replaceAll(/0+$/g, '');"],
    ['tried again, of blanks before something', String.raw`text.split(/\s+=/);`],
    ['put together', "const pattern = new RegExp(text, 'u');"],
    ['put together by a call', 'const pattern = RegExp(text);'],
  ])('is found: %s', (_, source) => {
    expect(slowPatterns(`const before = 1;\n${source}\n`)).toMatchObject([{ line: 2 }]);
  });

  it.each([
    String.raw`/^\d+$/.test(text);`,
    "text.replace(/(?<!0)0+$/, '');",
    String.raw`text.split(/[\s,]+/);`,
    '/^[a-z]+(?:-[a-z]+)*$/.test(text); // not /(a+)+/',
    'const words = `/(a+)+$/`, part = a / b / c;',
  ])('is not seen where there is none: %s', (source) => {
    expect(slowPatterns(source)).toEqual([]);
  });
});
