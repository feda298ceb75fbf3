import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../src/core/redact/redactor.ts';
import { Secret } from '../../../src/core/secret.ts';
import { runs } from '../../support/runs.ts';

function redactor(value: string): Redactor {
  return new Redactor([{ name: 'api', value: new Secret(value) }]);
}

function bytes(text: string): number[] {
  return [...Buffer.from(text)];
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function base32(text: string, alphabet: string): string {
  const bits = bytes(text)
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  return (bits.match(/.{5}/g) ?? []).map((five) => alphabet[Number.parseInt(five, 2)]).join('');
}

const SPECIAL = /[^A-Za-z0-9]/g;

/** Fillers, marks, selectors, annotations and what else Unicode has that is not seen. */
const UNSEEN = [
  ...'\u061c\u115f\u1160\u17b5\u180b\u180f\u2060\u3164\ufe00\ufe0f\ufeff\uffa0\ufff9\ufffb',
  '\u{1bca1}',
  '\u{1d173}',
];

/** Ways to write a value that are no encoding of the web, each made without the code under test. */
const SPELLINGS: Readonly<Record<string, (value: string) => string>> = {
  'blanks between': (v) => [...v].join(' '),
  'dashes between': (v) => [...v].join('-'),
  'dots between': (v) => [...v].join('.'),
  'groups of four': (v) => v.replaceAll(/.{4}/g, '$& '),
  'groups of four by dashes': (v) => v.replaceAll(/.{4}/g, '$&-'),
  'a list of characters': (v) => JSON.stringify([...v]),
  'a list of characters over lines': (v) => JSON.stringify([...v], undefined, 2),
  'zero-width spaces between': (v) => [...v].join('\u200b'),
  'soft hyphens between': (v) => [...v].join('\u00ad'),
  'a character that nobody sees between': (v) => [...v].map((c, i) => c + UNSEEN[i % UNSEEN.length]).join(''),
  'variation selectors between': (v) => [...v].join('\ufe0e'),
  'Unicode tags between': (v) => [...v].join('\u{e0062}'),
  'colours between': (v) => [...v].map((c, i) => `\u001b[${30 + (i % 8)}m${c}`).join('\u001b[0m'),
  'colours between, in JSON': (v) => JSON.stringify([...v].join('\u001b[1;38;5;196m')),
  'tags between': (v) => v.replaceAll(/.{1,5}/g, '$&<wbr>'),
  'an element for each character': (v) => [...v].map((c) => `<span class="hl">${c}</span>`).join(''),
  'elements over lines, in JSON': (v) => JSON.stringify([...v].map((c) => `<td\n id='x'>${c}</td>`).join('\n')),
  'highlights as entities': (v) => v.replaceAll(/.{1,6}/g, '&lt;em&gt;$&&lt;/em&gt;'),
  'sections of CDATA': (v) => v.replaceAll(/.{1,6}/g, '<![CDATA[$&]]>'),
  'comments between': (v) => v.replaceAll(/.{1,6}/g, '$&<!-- a remark -->'),
  'a line break inside': (v) => `${v.slice(0, 5)}\n${v.slice(5)}`,
  'a quoted line break inside': (v) => `${v.slice(0, 5)}\r\n> ${v.slice(5)}`,
  'lines of seven': (v) => v.replaceAll(/.{7}/g, '$&\n'),
  'lines of seven, joined by backslashes': (v) => v.replaceAll(/.{7}/g, '$&\\\n'),
  'quoted-printable, lines of seven': (v) => v.replaceAll(/.{7}/g, '$&=\r\n'),
  'quoted-printable': (v) => v.replaceAll(SPECIAL, (c) => `=${hex(c.charCodeAt(0)).toUpperCase()}`),
  'quoted-printable, all': (v) =>
    bytes(v)
      .map((byte) => `=${hex(byte).toUpperCase()}`)
      .join(''),
  'full width': (v) => v.replaceAll(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)),
  LDAP: (v) => v.replaceAll(SPECIAL, (c) => `\\${hex(c.charCodeAt(0))}`),
  'LDAP, all': (v) =>
    bytes(v)
      .map((byte) => `\\${hex(byte)}`)
      .join(''),
  CSS: (v) => v.replaceAll(SPECIAL, (c) => `\\${c.charCodeAt(0).toString(16)} `),
  'CSS, six digits': (v) => v.replaceAll(SPECIAL, (c) => `\\${c.charCodeAt(0).toString(16).padStart(6, '0')}`),
  '0x list': (v) =>
    bytes(v)
      .map((byte) => `0x${hex(byte)}`)
      .join(', '),
  '0x list, upper case': (v) =>
    bytes(v)
      .map((byte) => `0x${hex(byte).toUpperCase()}`)
      .join(','),
  'decimal list': (v) => bytes(v).join(', '),
  'decimal list in JSON': (v) => JSON.stringify({ type: 'Buffer', data: bytes(v) }),
  'decimal list of three digits': (v) =>
    bytes(v)
      .map((byte) => String(byte).padStart(3, '0'))
      .join(' '),
  'octal list': (v) =>
    bytes(v)
      .map((byte) => byte.toString(8).padStart(3, '0'))
      .join(' '),
  'binary list': (v) =>
    bytes(v)
      .map((byte) => byte.toString(2).padStart(8, '0'))
      .join(' '),
  'code points': (v) =>
    bytes(v)
      .map((byte) => `U+${hex(byte).toUpperCase().padStart(4, '0')}`)
      .join(' '),
  'hexadecimal by commas': (v) => bytes(v).map(hex).join(', '),
  base32: (v) => base32(v, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'),
  'base32, lower case': (v) => base32(v, 'abcdefghijklmnopqrstuvwxyz234567'),
  base32hex: (v) => base32(v, '0123456789ABCDEFGHIJKLMNOPQRSTUV'),
  'base64, lower case': (v) => Buffer.from(v).toString('base64').toLowerCase(),
  'base64, upper case': (v) => Buffer.from(v).toString('base64').toUpperCase(),
};

const credential = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'abcXYZ0123456789'), minLength: 16, maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(...'aBcXyZ0189+/_-=!'), minLength: 30, maxLength: 50 }),
);

describe('a value that is spelled out', () => {
  it.each(Object.keys(SPELLINGS))('is found with %s', (name) => {
    fc.assert(
      fc.property(credential, (value) => {
        fc.pre(value.replaceAll(SPECIAL, '').length >= 16);
        const spelled = SPELLINGS[name]?.(value) ?? value;
        expect(redactor(value).text(`before (${spelled}) behind`).text).not.toContain(spelled);
        expect(redactor(value).text(`before (${spelled}) behind`).count).toBeGreaterThan(0);
      }),
      { numRuns: runs(40) },
    );
  });

  it.each([
    ['CSV', (v: string) => `"${v.replaceAll('"', '""')}"`],
    ['SQL', (v: string) => `'${v.replaceAll("'", "''")}'`],
    ['a shell', (v: string) => `'${v.replaceAll("'", "'\\''")}'`],
    ['a shell, in double quotes', (v: string) => `'${v.replaceAll("'", `'"'"'`)}'`],
    ['SQL in JSON', (v: string) => JSON.stringify(`'${v.replaceAll("'", "''")}'`)],
    ['CSV in JSON', (v: string) => JSON.stringify(`"${v.replaceAll('"', '""')}"`)],
  ])('with its quotes doubled as in %s is taken out whole', (_name, write) => {
    const quotes = fc.string({ unit: fc.constantFrom(...'ab"\'1?'), minLength: 8, maxLength: 20 });
    fc.assert(
      fc.property(quotes, (value) => {
        const { text } = redactor(value).text(`x,${write(value)},y`);
        expect(text).toMatch(/^x,[\\"']{0,4}\[redacted:api\][\\"']{0,4},y$/);
      }),
      { numRuns: runs(100) },
    );
  });

  it.each<readonly [string, (codes: readonly number[]) => string]>([
    ['decimal', (codes) => JSON.stringify(codes)],
    ['hexadecimal', (codes) => codes.map((code) => `0x${hex(code)}`).join(', ')],
    ['names of code points', (codes) => codes.map((code) => `U+${hex(code).padStart(4, '0').toUpperCase()}`).join(' ')],
  ])('is found as a list of its code points, which its bytes are not: %s', (_name, write) => {
    const letters = fc.string({ unit: fc.constantFrom(...'aB3äößñ-жщ€😀'), minLength: 10, maxLength: 20 });
    fc.assert(
      fc.property(letters, (value) => {
        fc.pre(/[^a-zA-Z0-9-]/.test(value));
        const spelled = write([...value].map((char) => char.codePointAt(0) ?? 0));
        expect(redactor(value).text(`it is ${spelled}.`).text).not.toContain(spelled);
      }),
      { numRuns: runs(40) },
    );
  });

  it('is not seen in words and numbers that stand beside each other', () => {
    for (const [value, text] of [
      ['summer1950', 'in the summer, 1950 people came'],
      ['password123', 'password: 123'],
      ['hello-there', 'Hello there!'],
    ] as const) {
      expect(redactor(value).text(text)).toEqual({ text, count: 0 });
    }
  });

  it('is not seen across two strings', () => {
    const value = 'vT3mXw7Lp2RkB9nYc4';
    expect(redactor(value).json([value.slice(0, 7), value.slice(7, 11), value.slice(11)]).count).toBe(0);
  });

  it('leaves random ordinary text as it is', () => {
    const words = fc.array(
      fc.constantFrom('the', 'an', 'order', '2024', 'id', '17', 'café', '=', '\\', '"', ',', '\n', '…'),
      {
        maxLength: 300,
      },
    );
    fc.assert(
      fc.property(credential, words, (value, all) => {
        const text = all.join(' ');
        expect(redactor(value).text(text)).toEqual({ text, count: 0 });
      }),
      { numRuns: runs(200) },
    );
  });
});
