import { expect, test } from 'vitest';
import { type Exposure, Exposures, settled } from '../../../../src/extension/checkup/scan/exposures.ts';
import { FakeTexts } from '../../support/fakes.ts';

const EXPOSURE: Exposure = {
  id: '1',
  kind: 'GitHub token',
  file: '~/.cursor/mcp.json',
  uri: 'file:///home/someone/.cursor/mcp.json',
  server: 'github',
  last4: '4f2a',
  credential: 'user/github',
  movedAt: 1000,
};

test('what was in plain text stays until it is removed, whichever window looks', async () => {
  const texts = new FakeTexts();
  await new Exposures(texts).add([EXPOSURE, { ...EXPOSURE, id: '2' }]);
  const other = new Exposures(texts);
  expect((await other.all()).map(({ id }) => id)).toEqual(['1', '2']);
  await other.remove(new Set(['1']));
  expect((await new Exposures(texts).all()).map(({ id }) => id)).toEqual(['2']);
});

test('a damaged file says nothing, and is written anew', async () => {
  const texts = new FakeTexts();
  texts.files.set('exposures.json', '[{"id": 1}]');
  const exposures = new Exposures(texts);
  expect(await exposures.all()).toEqual([]);
  await exposures.add([EXPOSURE]);
  expect(await exposures.all()).toEqual([EXPOSURE]);
});

test.each([
  ['rotated after it was moved', 1001, true],
  ['not rotated', undefined, false],
  ['rotated before, never since', 999, false],
])('one whose credential was %s', (_, changedAt, isSettled) => {
  expect(settled([EXPOSURE], () => changedAt).has('1')).toBe(isSettled);
});

test('one that Valet Key does not keep is settled by the user only', () => {
  const { credential: _, ...rest } = EXPOSURE;
  expect(settled([rest], () => 9999).size).toBe(0);
});
