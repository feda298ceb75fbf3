import { expect, test } from 'vitest';
import { Backoff } from '../../../../src/extension/gateway/model/backoff.ts';

test('doubles from 250 ms up to 30 s', () => {
  const backoff = new Backoff();
  expect(Array.from({ length: 9 }, () => backoff.next(0))).toEqual([
    250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
  ]);
});

test('starts over after a run of a minute, not after a shorter one', () => {
  const backoff = new Backoff();
  backoff.next(0);
  backoff.next(0);
  expect(backoff.next(59_999)).toBe(1000);
  expect(backoff.next(60_000)).toBe(250);
});
