import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { yamlText } from '../../../../src/core/policy/text/yamlText.ts';
import { runs } from '../../../support/runs.ts';

/** What readers of both versions of YAML take it for: as a value, within braces and brackets, and as a name. */
function readings(text: string): readonly unknown[] {
  const yaml = yamlText(text);
  return (['1.1', '1.2'] as const).flatMap((version) => {
    const { a, b } = parse(`a: ${yaml}\nb: [${yaml}, { c: ${yaml} }]\n`, { version });
    const names = [`${yaml}: e\n`, `{ ${yaml}: e }`].flatMap((map) => Object.keys(parse(map, { version })));
    return [a, b[0], b[1].c, ...names];
  });
}

const character = fc.constantFrom(...'aeyn0179.-_/:*%~+#&!,[]{}"\'\\ \n=<>?|@`é');
const taken = fc.constantFrom(
  'yes',
  'No',
  'ON',
  'off',
  'y',
  'N',
  'true',
  'Null',
  '~',
  '.inf',
  '.NaN',
  '1e3',
  'e9',
  'E-7',
  '0x1f',
  '0o7',
  '12:30',
  '2024-03-15',
  '1_000',
  '=',
  '<<',
);

test('means the very text, wherever it stands', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: character, minLength: 1 }), taken, fc.string()), (text) => {
      expect(new Set(readings(text))).toEqual(new Set([text]));
    }),
    { numRuns: runs(3000) },
  );
});

test.each([
  ['/v1/charges/**', '/v1/charges/**'],
  ['https://api.stripe.com/v1', 'https://api.stripe.com/v1'],
  ['X-Api-Key', 'X-Api-Key'],
  ['repo:status', 'repo:status'],
  ['test', 'test'],
  ['no', '"no"'],
  ['60', '"60"'],
  ['e9', '"e9"'],
  ['E-7', '"E-7"'],
  ['e9f', 'e9f'],
  ['https://api.stripe.com:', '"https://api.stripe.com:"'],
  ['a: b', '"a: b"'],
  ['', '""'],
])('%j is written as %s', (text, yaml) => {
  expect(yamlText(text)).toBe(yaml);
});
