import { expect, test } from 'vitest';
import { Secret } from '../../../../src/core/secret.ts';
import { impossiblePath, shows } from '../../../../src/extension/checkup/scan/leakTest.ts';

const text = ['sk', 'live', 'k3y0fAn0therKind'].join('_');
const value = new Secret(text);

test.each([
  ['as it is', `{"error":"bad token ${text}"}`],
  ['in base64', Buffer.from(`user:${text}`).toString('base64')],
  ['percent-encoded', encodeURIComponent(text)],
])('a value that is shown %s is seen', (_, answer) => {
  expect(shows(value, ['{}', answer])).toBe(true);
});

test('an answer without it is clean, its marker included', () => {
  expect(shows(value, ['{"error":"not found"}', impossiblePath('abc')])).toBe(false);
});
