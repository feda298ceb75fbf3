import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExactJson } from '../../../src/gateway/answer/json.ts';

describe('a JSON answer', () => {
  it.each([
    '{"data":[{"id":12345678901234567890},{"id":12345678901234567891}]}',
    '{"big":1e400}',
    '{"a":-9007199254740993}',
    '{"lat":48.858370100000001234}',
    '[0.1000000000000000055511151231257827]',
    '{"a":"\\\\","b":9007199254740993}',
    '{"a\\"":"\\"","b":9007199254740993}',
    '9007199254740993',
    '1e-400',
  ])('keeps its text where a number is not exact: %s', (text) => {
    expect(parseExactJson(text)).toBeUndefined();
  });

  it.each([
    '{"id":"12345678901234567890"}',
    '{"12345678901234567890":1}',
    '{"a":"\\"12345678901234567890"}',
    '{"a":"\\\\\\"9007199254740993","b":1}',
    '{"lat":48.85837009999999,"x":1.0,"y":1.50e3,"z":-0.0,"n":-1E+2}',
    '[1e2, 100, 0.5, 9007199254740991, 1e21, 1.7976931348623157e308, 5e-324]',
    '{"at":"2024-01-01T00:00:00.000000000000Z"}',
  ])('is a value otherwise: %s', (text) => {
    expect(parseExactJson(text)).toEqual({ value: JSON.parse(text) });
  });

  it.each(['', '{"a":NaN}', '{', '['.repeat(300) + ']'.repeat(300)])('is none in %j', (text) => {
    expect(parseExactJson(text)).toBeUndefined();
  });

  it('is a value wherever nothing is lost, and a text wherever something is', () => {
    const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.bigInt());
    const written = fc.oneof(
      number.map((value) => (Object.is(value, -0) ? '0' : String(value))),
      fc.tuple(fc.bigInt(), fc.nat()).map(([whole, fraction]) => `${whole}.${fraction}`),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), written)), (pairs) => {
        const text = `[${pairs.map(([name, value]) => `{${JSON.stringify(name)}:${value}}`).join(',')}]`;
        const lossless = pairs.every(([, value]) => isExact(value));
        expect(parseExactJson(text) !== undefined).toBe(lossless);
      }),
    );
  });
});

/** With integers alone: the number as a fraction of a power of ten, and what the double shortly written is. */
function isExact(written: string): boolean {
  const [one, other] = [written, String(Number(written))].map(fraction);
  if (!one || !other) return false;
  const scale = Math.max(one.places, other.places);
  return one.digits * 10n ** BigInt(scale - one.places) === other.digits * 10n ** BigInt(scale - other.places);
}

function fraction(text: string): { digits: bigint; places: number } | undefined {
  const [mantissa = '', exponent = '0'] = text.split('e');
  const [whole = '', behind = ''] = mantissa.split('.');
  if (!/^-?\d+$/.test(whole)) return undefined;
  const places = behind.length - Number(exponent);
  const digits = BigInt(whole + behind);
  return places < 0 ? { digits: digits * 10n ** BigInt(-places), places: 0 } : { digits, places };
}
