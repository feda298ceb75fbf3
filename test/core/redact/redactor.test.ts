import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../src/core/redact/redactor.ts';
import { Secret } from '../../../src/core/secret.ts';
import { cpuTime } from '../../support/cpuTime.ts';
import { runs } from '../../support/runs.ts';

const RUNS = { numRuns: runs(150) };

function redactor(...values: string[]): Redactor {
  return new Redactor(values.map((value, index) => ({ name: `service-${index}`, value: new Secret(value) })));
}

function utf8Bytes(text: string): number[] {
  return [...Buffer.from(text, 'utf8')];
}

function twoDigits(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function percentAll(text: string): string {
  return utf8Bytes(text)
    .map((byte) => `%${twoDigits(byte)}`)
    .join('');
}

function perUnit(text: string, write: (code: number) => string): string {
  return text
    .split('')
    .map((unit) => write(unit.charCodeAt(0)))
    .join('');
}

function perCodePoint(text: string, write: (code: number) => string): string {
  return [...text].map((char) => write(char.codePointAt(0) ?? 0)).join('');
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function jsonInner(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

const ENTITY_NAMES: Readonly<Record<string, string>> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
  '/': 'sol',
  '+': 'plus',
  '=': 'equals',
};

/** Ways in which an API may write a value, each made here without any of the code under test. */
const ENCODERS: Readonly<Record<string, (value: string) => string>> = {
  raw: (v) => v,
  'upper case': (v) => v.toUpperCase(),
  'lower case': (v) => v.toLowerCase(),
  'percent, where needed': (v) => encodeURIComponent(v),
  'percent, all': percentAll,
  'percent, all, upper case': (v) => percentAll(v).toUpperCase(),
  'percent, twice': (v) => encodeURIComponent(encodeURIComponent(v)),
  'percent, all, twice': (v) => encodeURIComponent(percentAll(v)),
  'percent of UTF-16': (v) => perUnit(v, (code) => `%u${code.toString(16).padStart(4, '0')}`),
  form: (v) => new URLSearchParams([['', v]]).toString().slice(1),
  'JSON string': jsonInner,
  'JSON string, escaped slashes': (v) => jsonInner(v).replaceAll('/', '\\/'),
  'JSON string, all escaped': (v) => perUnit(v, (code) => `\\u${code.toString(16).padStart(4, '0')}`),
  'JSON string, all escaped, upper case': (v) =>
    perUnit(v, (code) => `\\u${code.toString(16).padStart(4, '0').toUpperCase()}`),
  'JSON in a JSON string': (v) => jsonInner(jsonInner(v)),
  'JSON in JSON in a JSON string': (v) => jsonInner(jsonInner(jsonInner(v))),
  'percent in a JSON string': (v) => jsonInner(percentAll(v)),
  'script \\x': (v) =>
    utf8Bytes(v)
      .map((byte) => `\\x${twoDigits(byte)}`)
      .join(''),
  'script \\x{}': (v) => perCodePoint(v, (code) => `\\x{${code.toString(16)}}`),
  'eight digits': (v) => perCodePoint(v, (code) => `\\U${code.toString(16).padStart(8, '0')}`),
  'script \\u{}': (v) => perCodePoint(v, (code) => `\\u{${code.toString(16)}}`),
  octal: (v) =>
    utf8Bytes(v)
      .map((byte) => `\\${byte.toString(8).padStart(3, '0')}`)
      .join(''),
  'HTML, names': (v) =>
    perCodePoint(v, (code) => {
      const char = String.fromCodePoint(code);
      return ENTITY_NAMES[char] === undefined ? char : `&${ENTITY_NAMES[char]};`;
    }),
  'HTML, decimal': (v) => perCodePoint(v, (code) => `&#${code};`),
  'HTML, decimal with zeros': (v) => perCodePoint(v, (code) => `&#${String(code).padStart(6, '0')};`),
  'HTML, decimal with many zeros': (v) => perCodePoint(v, (code) => `&#${String(code).padStart(12, '0')};`),
  'HTML, hexadecimal with zeros': (v) => perCodePoint(v, (code) => `&#x${code.toString(16).padStart(12, '0')};`),
  'HTML, hexadecimal': (v) => perCodePoint(v, (code) => `&#x${code.toString(16)};`),
  'HTML, hexadecimal, upper case': (v) => perCodePoint(v, (code) => `&#X${code.toString(16).toUpperCase()};`),
  'HTML twice': (v) => perCodePoint(v, (code) => `&amp;#${code};`),
  base64,
  'base64, no padding': (v) => base64(v).replaceAll('=', ''),
  'base64, URL-safe': (v) => Buffer.from(v, 'utf8').toString('base64url'),
  'base64, escaped slashes': (v) => base64(v).replaceAll('/', '\\/'),
  'base64, percent': (v) => encodeURIComponent(base64(v)),
  'base64 of base64': (v) => base64(base64(v)),
  'base64 of JSON': (v) => base64(JSON.stringify({ token: v })),
  'base64 of percent': (v) => base64(percentAll(v)),
  'base64 of UTF-16': (v) => Buffer.from(v, 'utf16le').toString('base64'),
  'base64, wrapped': (v) => base64(`-----------------------------------${v}`).replaceAll(/.{64}/g, '$&\n'),
  'base64, wrapped in JSON': (v) =>
    jsonInner(base64(`-------------------------------${v}`).replaceAll(/.{60}/g, '$&\r\n')),
  'base64, wrapped and indented': (v) => base64(`-----------------------------${v}`).replaceAll(/.{60}/g, '$&\n    '),
  hexadecimal: (v) => Buffer.from(v, 'utf8').toString('hex'),
  'hexadecimal, upper case': (v) => Buffer.from(v, 'utf8').toString('hex').toUpperCase(),
  'hexadecimal, by colons': (v) => utf8Bytes(v).map(twoDigits).join(':'),
  'hexadecimal, by blanks': (v) => utf8Bytes(v).map(twoDigits).join(' '),
};

/** Base64 of a value inside a longer text: the encoded text as a whole, and the part that the value alone decides. */
function base64At(value: string, prefix: string): { readonly whole: string; readonly core: string } {
  const bits = Buffer.byteLength(prefix) * 8;
  const whole = base64(`${prefix}${value}!`);
  const end = Math.floor((bits + Buffer.byteLength(value) * 8) / 6);
  return { whole, core: whole.slice(Math.ceil(bits / 6), end) };
}

/** No blanks at either end: a value is stored without them. */
const credential = fc
  .oneof(
    fc.string({ unit: fc.constantFrom(...'abcdefABCDEF0123456789'), minLength: 8, maxLength: 40 }),
    fc.string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 60 }),
    fc.string({ unit: fc.constantFrom(...'abCD09%\\&;#xu2541+/=_-"\' '), minLength: 8, maxLength: 40 }),
    fc.string({ unit: fc.constantFrom(...'abcпарольöé☃😀09-_'), minLength: 8, maxLength: 30 }),
  )
  .filter((value) => value.trim() === value);

const surroundings = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: fc.constantFrom(...'abAB09+/=%\\&#;u"{}: '), maxLength: 20 }),
);

/**
 * An escape that one part leaves open swallows the first letters of the next: `%` before `ab…` reads as `%ab`. What
 * stands beside a value is no part of its encoding, so such pairs are left out.
 */
function standApart(...parts: string[]): boolean {
  const open = /(?:[%\\]|&#?)\w{0,8}$/;
  return parts.every((part, index) => !open.test(part) || index === parts.length - 1 || parts[index + 1] === '');
}

describe('Redactor.text', () => {
  it.each(Object.keys(ENCODERS))('leaves nothing of a value in the encoding: %s', (name) => {
    const encode = ENCODERS[name] ?? String;
    fc.assert(
      fc.property(credential, surroundings, surroundings, (value, before, after) => {
        fc.pre(standApart(before, value, after));
        const encoded = encode(value);
        const { text, count } = redactor(value).text(before + encoded + after);
        expect(text.includes(encoded)).toBe(false);
        expect(count).toBeGreaterThan(0);
      }),
      RUNS,
    );
  });

  it('finds a value whose own backslash reads as an escape of the entity behind it', () => {
    expect(redactor('!  \\<  !').text('x !  \\&lt;  ! y')).toMatchObject({ count: 1 });
    expect(redactor('ab\\"cd%ef').text('ab\\&quot;cd%ef')).toMatchObject({ count: 1 });
  });

  it.each(Object.keys(ENCODERS))('replaces the whole of it and nothing else in the encoding: %s', (name) => {
    const encode = ENCODERS[name] ?? String;
    const value = 'kZ/3+q"T&x<9 v_L-0p~Wm\'7%';
    const { text } = redactor(value).text(`before (${encode(value)}) after`);
    const kept = /^before \((.*)\[redacted:service-0\](.*)\) after$/s.exec(text);
    expect(kept).not.toBeNull();
    // In base64 what stands before the value is left, and the padding.
    const packed = name.startsWith('base64');
    expect(kept?.[1]).toMatch(packed ? /^(?:[A-Za-z0-9+/\s]|\\[rn]){0,60}$/ : /^$/);
    expect(kept?.[2]).toMatch(packed ? /^[A-Za-z0-9+/=%]{0,6}$/ : /^$/);
  });

  it.each(['', 'x', 'ab', 'user:', 'svc-user:', 'Bearer ', 'Authorization: Basic '])(
    'finds base64 of a value behind %j, in both alphabets',
    (prefix) => {
      fc.assert(
        fc.property(credential, surroundings, (value, before) => {
          fc.pre(standApart(before, ' '));
          const { whole, core } = base64At(value, prefix);
          for (const spelling of [(s: string) => s, (s: string) => s.replaceAll('+', '-').replaceAll('/', '_')]) {
            const { text } = redactor(value).text(`${before} ${spelling(whole)}`);
            expect(text.includes(spelling(core))).toBe(false);
          }
        }),
        RUNS,
      );
    },
  );

  it('changes no text that holds no value', () => {
    fc.assert(
      fc.property(
        fc.array(credential, { minLength: 1, maxLength: 5 }),
        fc.string({ maxLength: 400 }),
        (values, text) => {
          // Random text holds none but by spelling one out; such a text would be found by its lower-case form.
          fc.pre(!values.some((value) => text.toLowerCase().includes(value.slice(0, 3).toLowerCase())));
          expect(redactor(...values).text(text)).toEqual({ text, count: 0 });
        },
      ),
      RUNS,
    );
  });

  it('changes nothing the second time', () => {
    const values = fc.array(fc.oneof(credential, fc.string({ minLength: 1, maxLength: 7 })), {
      minLength: 1,
      maxLength: 4,
    });
    const names = fc.constantFrom(...Object.keys(ENCODERS));
    fc.assert(
      fc.property(values, fc.array(fc.tuple(fc.nat(3), names, surroundings), { maxLength: 6 }), (known, pieces) => {
        const all = redactor(...known);
        const input = pieces.map(([i, name, after]) => (ENCODERS[name]?.(known[i] ?? '') ?? '') + after).join('');
        const once = all.text(input).text;
        expect(all.text(once)).toEqual({ text: once, count: 0 });
      }),
      { numRuns: runs(500) },
    );
  });

  it('tells hundreds of credentials apart', () => {
    const values = Array.from(
      { length: 400 },
      (_, i) => `tok_${(i * 7919 + 104729).toString(36)}_${(i * i + 99991).toString(2)}`,
    );
    const all = redactor(...values);
    const text = values.map((value, i) => `${i}=${i % 2 === 0 ? value : base64(value)};`).join('\n');
    const { text: clean, count } = all.text(text);
    expect(count).toBe(400);
    expect(clean.split('\n').map((line, i) => line.startsWith(`${i}=[redacted:service-${i}]`))).not.toContain(false);
  });

  it('finds values that overlap, contain each other or follow at once', () => {
    const all = redactor('abcdefgh12', 'gh12345678', 'cdefgh12');
    expect(all.text('-abcdefgh12345678-')).toEqual({ text: '-[redacted:service-0]-', count: 1 });
    expect(all.text('cdefgh12cdefgh12').text).toBe('[redacted:service-2][redacted:service-2]');
    expect(all.text('abcdefgabcdefgh12').text).toBe('abcdefg[redacted:service-0]');
  });

  it('finds UUIDs and grouped values without their dashes, and digits written as a UUID', () => {
    const uuid = '0fa4e000-c0de-4bad-8bad-c0ffee123456';
    const digits = uuid.replaceAll('-', '');
    for (const known of [uuid, digits, uuid.toUpperCase()]) {
      for (const text of [uuid, digits, uuid.toUpperCase(), digits.toUpperCase(), `{${uuid}}`, `urn:uuid:${uuid}`]) {
        expect(redactor(known).text(text).text).toContain('[redacted:service-0]');
      }
      expect(redactor(known).text(`${uuid.slice(0, -1)}7`).count).toBe(0);
    }
  });

  it('finds a value that was stored with its scheme', () => {
    expect(redactor('Bearer abcdefgh1234').text('x abcdefgh1234').text).toBe('x [redacted:service-0]');
  });

  it('finds values over several lines with other line ends, and line by line', () => {
    const inner = ['MIIFakeFakeFake0001aaaaaaaaaaaaaaaa', 'MIIFakeFakeFake0002bbbbbbbbbbbbbbbb', 'c0ffee=='];
    const begin = `-----BEGIN ${'FAKE'} KEY-----`;
    const end = `-----END ${'FAKE'} KEY-----`;
    const all = redactor([begin, ...inner, end].join('\n'));
    for (const joint of ['\n', '\r\n', '\r', ' ', '', '\\n', '\\r\\n', '%0A', '&#10;']) {
      expect(all.text([begin, ...inner, end].join(joint)).text).toBe('[redacted:service-0]');
    }
    expect(all.text(inner.join('')).text).toBe('[redacted:service-0]');
    expect(all.text(`  ${inner[0]}\n  ${inner[1]}\n`).count).toBe(2);
    expect(all.text(`${begin}\nMIIOtherOtherOther0001aaaaaaaaaaaaaaa\n${end}`).count).toBe(0);
  });

  it('finds the lines of a private key inside a key file in JSON, and not its other members', () => {
    const line = 'MIIFakeFakeFake0001aaaaaaaaaaaaaaaa';
    const file = JSON.stringify(
      { type: 'service_account', private_key: `-----BEGIN X-----\n${line}\nzz\n` },
      undefined,
      2,
    );
    const all = redactor(file);
    expect(all.text(line).count).toBe(1);
    expect(all.text('{\n  "type": "service_account",\n}').count).toBe(0);
    expect(all.text(file).text).toBe('[redacted:service-0]');
  });

  it('finds non-ASCII values in other encodings and normal forms', () => {
    const value = 'clé-secrète-München';
    const latin1 = [...Buffer.from(value, 'latin1')].map((byte) => `%${twoDigits(byte)}`).join('');
    const mojibake = Buffer.from(value, 'utf8').toString('latin1');
    for (const text of [
      latin1,
      mojibake,
      value.normalize('NFD'),
      value.toUpperCase(),
      value.normalize('NFD').toUpperCase(),
    ]) {
      expect(redactor(value).text(text).text).toBe('[redacted:service-0]');
    }
  });

  it('does not take a hash, a near miss or a masked form for the value', () => {
    const value = 'tokFAKE9fQ2xL7vB4nM8kR1zW5c';
    const all = redactor(value);
    for (const text of [
      `${value.slice(0, -1)}x`,
      `x${value.slice(1)}`,
      `${value.slice(0, 13)}x${value.slice(14)}`,
      `${value.slice(0, 4)}…${value.slice(-4)}`,
      value.split('').reverse().join(''),
      base64(`${value.slice(0, -1)}x`),
      Buffer.from(`x${value.slice(1)}`).toString('hex'),
      percentAll(`${value.slice(0, 20)}x`),
    ]) {
      expect(all.text(text)).toEqual({ text, count: 0 });
    }
  });

  it('takes short values as whole tokens only', () => {
    const all = redactor('k7Q2');
    expect(all.text('{"k":"k7Q2","n":"ak7Q2b","l":"K7Q2"} k7Q2_ [k7Q2]').text).toBe(
      '{"k":"[redacted:service-0]","n":"ak7Q2b","l":"K7Q2"} k7Q2_ [[redacted:service-0]]',
    );
    expect(redactor('a', '', 'of').text('a word of one letter')).toEqual({ text: 'a word of one letter', count: 0 });
  });

  it('never cuts an escape in two', () => {
    const all = redactor('nABCDEFGHIJ', '0041abcdefgh', 'abcdefgh%');
    for (const inner of ['x\nABCDEFGHIJ', 'y\u0041abcdefgh', 'C:\\nABCDEFGHIJ']) {
      const text = JSON.stringify({ inner: JSON.stringify({ inner }) }).replaceAll('A', '\\u0041');
      expect(() => JSON.parse(JSON.parse(all.text(text).text).inner)).not.toThrow();
    }
    expect(all.text('abcdefgh%41').text).not.toMatch(/41/);
  });

  it('writes a marker that is safe anywhere, and is no credential itself', () => {
    const named = (name: string, value: string): string =>
      new Redactor([{ name, value: new Secret(value) }]).text(`<${value}>`).text;
    expect(named('stripe', 'abcdefgh1234')).toBe('<[redacted:stripe]>');
    expect(named('"}<b>\n| x', 'abcdefgh1234')).toBe('<[redacted:___b____x]>');
    expect(named('billing-key', 'billing-key')).toBe('<[redacted]>');
    // A shorter marker would be the beginning of this one.
    expect(named('stripe', '[redacted:stripe]')).toBe('<[hidden]>');
    expect(named('stripe', 'redacted')).toBe('<[hidden]>');
  });

  it('is linear in what an API can send', () => {
    const value = 'tokFAKE9fQ2xL7vB4nM8kR1zW5c';
    const all = redactor(value, 'a'.repeat(3000), `${'ab'.repeat(1500)}c`);
    const hostile = ['a', 'ab', '%25', '\\', '&', '&amp', '\0', 'QUJD', '41', '%41', 'tokFAKE9fQ2xL7vB4nM8kR1zW5'];
    for (const unit of hostile) {
      const time = (length: number): number => {
        const text = unit.repeat(Math.ceil(length / unit.length));
        return cpuTime(() => all.text(text));
      };
      time(20_000);
      // A quadratic search of the longer text would take a hundred times as long, some thirty seconds.
      expect(time(1_000_000)).toBeLessThan(3_000);
    }
  });

  it('shows no credential when it is printed', () => {
    const all = redactor('tokFAKE9fQ2xL7vB4nM8kR1zW5c');
    expect(JSON.stringify(all)).toBe('{}');
    expect(String(all)).not.toContain('FAKE');
  });
});

describe('Redactor.json', () => {
  const value = 'kZ/3+q"T&x<9\\v_L-0p~Wm\'7%';

  it('keeps the structure, and everything that is not a credential', () => {
    const leaf = fc.oneof(
      fc.constantFrom(value, `see ${value}!`, encodeURIComponent(value), base64(value)),
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie('tree'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (input) => {
        const json = JSON.parse(JSON.stringify(input)) as unknown;
        const before = JSON.stringify(json);
        const { value: output, count } = redactor(value).json(json);
        const clean = (text: string): string => redactor(value).text(text).text;
        const expected = JSON.stringify(json, (_key, member: unknown) =>
          typeof member === 'string' ? clean(member) : member,
        );
        expect(JSON.stringify(output)).toBe(expected);
        expect(count > 0).toBe(expected !== before);
        expect(JSON.stringify(json)).toBe(before);
      }),
      RUNS,
    );
  });

  it('gives the same value when there is nothing to redact', () => {
    const input = { a: ['b', 1, null] };
    expect(redactor(value).json(input)).toEqual({ value: input, count: 0 });
    expect(redactor(value).json(input).value).toBe(input);
    expect(redactor(value).json('plain')).toEqual({ value: 'plain', count: 0 });
    expect(new Redactor([]).json(value)).toEqual({ value, count: 0 });
  });

  it('counts every string that is redacted', () => {
    expect(redactor(value).json([value, `${value} ${value}`, { [value]: value }])).toEqual({
      value: [
        '[redacted:service-0]',
        '[redacted:service-0] [redacted:service-0]',
        { '[redacted:service-0]': '[redacted:service-0]' },
      ],
      count: 5,
    });
  });

  it('loses no member when names become equal, nor one that is called __proto__', () => {
    const input = JSON.parse(
      JSON.stringify({ [value]: 1, [encodeURIComponent(value)]: 2, '[redacted:service-0] (2)': 3 }).replace(
        '{',
        `{"__proto__":{"x":${JSON.stringify(value)}},`,
      ),
    ) as unknown;
    expect(JSON.stringify(redactor(value).json(input).value)).toBe(
      '{"__proto__":{"x":"[redacted:service-0]"},"[redacted:service-0]":1,"[redacted:service-0] (3)":2,"[redacted:service-0] (2)":3}',
    );
  });

  it('does not find a value across two strings', () => {
    expect(redactor('abcdefghijkl').json(['abcdef', 'ghijkl', { abcdef: 'ghijkl' }]).count).toBe(0);
    expect(
      redactor('abcdefghijkl').json([base64('abcdefghijkl').slice(0, 8), base64('abcdefghijkl').slice(8)]).count,
    ).toBe(0);
  });

  it('takes any depth', () => {
    const depth = 200_000;
    const input = JSON.parse(`${'['.repeat(depth)}${JSON.stringify(value)}${']'.repeat(depth)}`) as unknown;
    let inner = redactor(value).json(input).value;
    while (Array.isArray(inner)) {
      inner = inner[0];
    }
    expect(inner).toBe('[redacted:service-0]');
  });
});

describe('Redactor.binary', () => {
  const value = 'tokFAKE9fQ2xL7vB4nM8kR1zW5c';

  it.each([
    ['UTF-8', Buffer.from(value, 'utf8')],
    ['UTF-16, little-endian', Buffer.from(value, 'utf16le')],
    ['UTF-16, big-endian', Buffer.from(value, 'utf16le').swap16()],
    ['base64', Buffer.from(base64(`x${value}`))],
  ])('finds a value as %s in other bytes', (_name, bytes) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), fc.uint8Array({ maxLength: 50 }), (before, after) => {
        // A byte of the same alphabet on either side is a part of a base64 text, not beside it.
        expect(
          redactor(value).binary(Buffer.concat([before, Buffer.from('\n'), bytes, Buffer.from('\n'), after])),
        ).toBeGreaterThan(0);
      }),
      RUNS,
    );
  });

  it.each(['utf8', 'latin1', 'utf16le'] as const)('finds a value outside ASCII as %s', (encoding) => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0, 1]), Buffer.from('clé-secrète-München', encoding)]);
    expect(redactor('clé-secrète-München').binary(bytes)).toBe(1);
  });

  it('finds nothing in other bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        expect(redactor(value).binary(bytes)).toBe(0);
      }),
      RUNS,
    );
    expect(new Redactor([]).binary(Buffer.from(value))).toBe(0);
  });
});
