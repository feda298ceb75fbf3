import { expect, test } from 'vitest';
import { parseJson } from '../../src/core/parseJson.ts';

test.each([
  ['{"a":[1]}', { a: [1] }],
  ['null', null],
  ['', undefined],
  ['{', undefined],
  [undefined, undefined],
])('%j is %j', (text, value) => {
  expect(parseJson(text)).toEqual(value);
});
