import { expect, test } from 'vitest';
import { AccessWishes } from '../../../../src/extension/audit/model/accessWishes.ts';
import type { AccessWish } from '../../../../src/gateway/parent.ts';

function wish(id: string, service: string, path: string): AccessWish {
  return { id, agent: 'claude', service, method: 'GET', path, reason: 'why' };
}

test('a person is told once for a service and session, and every wish waits', () => {
  const wishes = new AccessWishes(() => 7);
  const told = [wish('1', 'stripe', '/a'), wish('2', 'stripe', '/b'), wish('3', 'github', '/a')].map((one) =>
    wishes.add(one),
  );
  expect(told).toEqual([true, false, true]);
  expect(wishes.waiting.map(({ id, at }) => [id, at])).toEqual([
    ['3', 7],
    ['2', 7],
    ['1', 7],
  ]);
});

test('the same wish twice is one, and an agent that asks for ever more buries nothing else', () => {
  const wishes = new AccessWishes(() => 7);
  wishes.add(wish('1', 'stripe', '/a'));
  wishes.add(wish('2', 'stripe', '/a'));
  expect(wishes.waiting.map(({ id }) => id)).toEqual(['2']);
  for (let n = 0; n < 100; n += 1) wishes.add(wish(`x${n}`, 'stripe', `/${n}`));
  expect(wishes.waiting).toHaveLength(20);
});

test('what was looked at is gone, and says so once', () => {
  const wishes = new AccessWishes(() => 7);
  wishes.add(wish('1', 'stripe', '/a'));
  let fired = 0;
  wishes.onDidChange(() => {
    fired += 1;
  });
  wishes.settle('1');
  wishes.settle('1');
  expect([wishes.waiting, fired]).toEqual([[], 1]);
});
