import { expect, test } from 'vitest';
import { agentWords } from '../../../src/core/audit/agentWords.ts';

test.each([
  ['  two\n\nlines\t', 'two lines'],
  ['left\u202eright\u200b\u0007', 'leftright'],
  ['a”b“c"d»', "a'b'c'd'"],
  ['1234567890', '1234567890'],
  ['12345678901', '1234567890…'],
  ['\u200b'.repeat(41), '…'],
])('%j is shown as %j', (words, shown) => {
  expect(agentWords(words, 10)).toBe(shown);
});
