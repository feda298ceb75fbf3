import { expect, test } from 'vitest';
import { AccessRequestList } from '../../../../src/extension/audit/model/accessRequestList.ts';
import type { PendingAccessRequest } from '../../../../src/gateway/control/controlPort.ts';

function request(id: string, service: string, path: string): PendingAccessRequest {
  return { id, agent: 'claude', service, method: 'GET', path, reason: 'why' };
}

test('the user is told once for a service and session, and every wish waits', () => {
  const accessRequests = new AccessRequestList(() => 7);
  const told = [request('1', 'stripe', '/a'), request('2', 'stripe', '/b'), request('3', 'github', '/a')].map((one) =>
    accessRequests.add(one),
  );
  expect(told).toEqual([true, false, true]);
  expect(accessRequests.waiting.map(({ id, at }) => [id, at])).toEqual([
    ['3', 7],
    ['2', 7],
    ['1', 7],
  ]);
});

test('the same wish twice is one, and an agent that asks for ever more buries nothing else', () => {
  const accessRequests = new AccessRequestList(() => 7);
  accessRequests.add(request('1', 'stripe', '/a'));
  accessRequests.add(request('2', 'stripe', '/a'));
  expect(accessRequests.waiting.map(({ id }) => id)).toEqual(['2']);
  for (let n = 0; n < 100; n += 1) accessRequests.add(request(`x${n}`, 'stripe', `/${n}`));
  expect(accessRequests.waiting).toHaveLength(20);
});

test('what was looked at is gone, and says so once', () => {
  const accessRequests = new AccessRequestList(() => 7);
  accessRequests.add(request('1', 'stripe', '/a'));
  let fired = 0;
  accessRequests.onDidChange(() => {
    fired += 1;
  });
  accessRequests.settle('1');
  accessRequests.settle('1');
  expect([accessRequests.waiting, fired]).toEqual([[], 1]);
});
