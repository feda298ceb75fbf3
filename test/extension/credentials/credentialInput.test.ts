import { expect, test } from 'vitest';
import { cleanCredential, credentialProblem } from '../../../src/extension/credentials/credentialInput.ts';

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
  expect(credentialProblem(cleanCredential(typed))).toBe(expected);
});
