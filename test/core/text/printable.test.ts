import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable, printableJson } from '../../../src/core/text/printable.ts';

/** Mostly what does something else than being read. */
const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '\u009b',
      '\u0085',
      '\u202e',
      '\u2066',
      '\u2028',
      '\u2029',
      '\ufeff',
      '\u200b',
      '\u00ad',
      '\u{e0041}',
      '\u001b',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

test('a printable text has no character that is not read, and every other one', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const shown = printable(text);
      expect(shown).not.toMatch(UNPRINTABLE);
      expect([...shown].filter((one) => one !== '\u{fffd}')).toEqual(
        [...text].filter((one) => one !== '\u{fffd}' && !UNPRINTABLE.test(one)),
      );
    }),
  );
});

test('a printable JSON text is one of the same value', () => {
  fc.assert(
    fc.property(fc.dictionary(hostile, hostile), (value) => {
      const json = printableJson(JSON.stringify(value));
      expect(json).not.toMatch(UNPRINTABLE);
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
