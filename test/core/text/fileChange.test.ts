import fc from 'fast-check';
import { expect, test } from 'vitest';
import { replacementOf } from '../../../src/core/text/fileChange.ts';

test('a replacement makes the one text of the other, whatever they are', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\r', '\n', '🔑', '"') });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const change = replacementOf(before, after);
      const made = change ? before.slice(0, change.start) + change.text + before.slice(change.end) : before;
      expect(made).toBe(after);
    }),
  );
});

test('a replacement is as small as it can be, and cuts nothing in two', () => {
  expect(replacementOf('{"a": 1, "b": 2}', '{"a": 1, "b": 3}')).toEqual({ start: 14, end: 15, text: '3' });
  expect(replacementOf('a🔑b', 'a🔒b')).toEqual({ start: 1, end: 3, text: '🔒' });
  expect(replacementOf('same', 'same')).toBeUndefined();
});
