import { expect, test } from 'vitest';
import { cleanCredential, isUsable, typedProblem, weaknessOf } from '../../../src/core/credentials/credentialInput.ts';
import { english } from '../../support/english.ts';

test.each([
  ['', 'empty'],
  ['   ', 'empty'],
  ['seven77', 'too-short'],
  ['first-line\nsecond-line', 'line-break'],
  ['with\u0007a-bell', 'control-character'],
  ['ключ-ключ-ключ', 'not-ascii'],
  ['eight888', undefined],
  ['  pasted-with-space\r\n', undefined],
  ['user name:pass word', undefined],
])('%j → %s', (typed, expected) => {
  expect(typedProblem(typed)).toBe(expected);
  expect(isUsable(cleanCredential(typed))).toBe(expected === undefined);
});

test('a weak value is named as such, a random one is not', () => {
  expect(english(weaknessOf(cleanCredential('password1')))).toContain('easy to guess');
  expect(weaknessOf(cleanCredential('Zq7mK2xV9tB4nW8c'))).toBeUndefined();
});
