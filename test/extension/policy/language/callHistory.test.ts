import { describe, expect, test } from 'vitest';
import type { SeenCall, SeenCalls, SeenQuery } from '../../../../src/extension/audit/explorer/explorerMessages.ts';
import { CallHistory, DAY_MS, MONTH_MS } from '../../../../src/extension/policy/language/callHistory.ts';

const NOW = 100 * DAY_MS;

function call(path: string, counts: Partial<SeenCall> = {}): SeenCall {
  const none = { allowed: 0, blocked: 0, recentlyAllowed: 0, recentlyBlocked: 0 };
  return { service: 'shop', method: 'GET', path, ...none, ...counts };
}

function setUp(seen: SeenCalls | Error = { calls: [], complete: true }) {
  const clock = { now: NOW };
  const queries: SeenQuery[] = [];
  const failures: unknown[] = [];
  let open = 0;
  const history = new CallHistory({
    open: () => {
      open += 1;
      return {
        calls: async (query) => {
          queries.push(query);
          if (seen instanceof Error) throw seen;
          return seen;
        },
        dispose: () => {
          open -= 1;
        },
      };
    },
    now: () => clock.now,
    failed: (error) => failures.push(error),
  });
  return { history, clock, queries, failures, open: () => open };
}

describe('the calls of the last days', () => {
  test('are read once for all who ask at the same time, and not again while they are fresh', async () => {
    const { history, clock, queries, open } = setUp();
    await Promise.all([history.refresh(), history.refresh()]);
    await history.refresh();
    expect(queries).toEqual([{ since: NOW - MONTH_MS, recent: NOW - DAY_MS, most: 2000 }]);
    clock.now += 60_000;
    await history.refresh();
    expect(queries).toHaveLength(2);
    expect(open()).toBe(1);
    history.dispose();
    expect(open()).toBe(0);
  });

  test('are counted by service for the last 24 hours, and each call as often as it was made', async () => {
    const { history } = setUp({
      calls: [
        call('/a', { allowed: 9, recentlyAllowed: 2, blocked: 1, recentlyBlocked: 1 }),
        call('/b', { allowed: 5 }),
        { ...call('/c', { allowed: 1, recentlyAllowed: 1 }), service: 'other' },
      ],
      complete: true,
    });
    await history.refresh();
    expect(history.ofService('shop')).toEqual({ allowed: 2, blocked: 1 });
    expect(history.ofService('none')).toEqual({ allowed: 0, blocked: 0 });
    expect(history.recent.map(({ path, count }) => [path, count])).toEqual([
      ['/a', 3],
      ['/c', 1],
    ]);
    expect(history.calls.map(({ path }) => path)).toEqual(['/a', '/b', '/c']);
  });

  test('tell what was unused only of rules and trails that are 30 days old, and when none was left out', async () => {
    const seen = { calls: [call('/a')], complete: true, oldest: NOW - MONTH_MS };
    const asked = async (given: SeenCalls, at: number): Promise<unknown> => {
      const { history } = setUp(given);
      await history.refresh();
      return history.monthSince(at);
    };
    expect(await asked(seen, NOW - MONTH_MS)).toEqual(seen.calls);
    expect(await asked(seen, NOW - MONTH_MS + 1)).toBeUndefined();
    expect(await asked({ ...seen, oldest: NOW - MONTH_MS + 1 }, 0)).toBeUndefined();
    expect(await asked({ ...seen, complete: false }, 0)).toBeUndefined();
    expect(await asked({ calls: [], complete: true }, 0)).toBeUndefined();
    expect(setUp(seen).history.monthSince(0)).toBeUndefined();
  });

  test('that cannot be read are none, and are tried again', async () => {
    const { history, failures, queries, open } = setUp(new Error('no such folder'));
    await history.refresh();
    await history.refresh();
    expect([history.calls, failures.length, queries.length, open()]).toEqual([[], 2, 2, 0]);
  });
});
