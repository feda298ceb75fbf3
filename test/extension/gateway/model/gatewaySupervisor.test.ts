import { describe, expect, test } from 'vitest';
import { Backoff } from '../../../../src/extension/gateway/model/backoff.ts';
import { GatewaySupervisor } from '../../../../src/extension/gateway/model/gatewaySupervisor.ts';
import type { SettingSources } from '../../../../src/extension/gateway/model/settingSender.ts';
import { FakeRun } from '../../support/fakeRun.ts';

const SOURCES: SettingSources = {
  window: () => ({ hostPid: 1, folders: [], trusted: true, focusedAt: 0 }),
  network: () => ({ noProxy: [], certificates: [] }),
  policies: () => [],
  credentials: () => ({ current: [], retired: [], revoked: [] }),
  freeze: () => ({ all: false, services: [] }),
  agents: () => ({ entries: [], names: [], frozen: [] }),
  toolPins: () => [],
};

function setUp(starts: readonly (FakeRun | Error)[], sources: Partial<SettingSources> = {}) {
  const queue = [...starts];
  const waits: { ms: number; go: () => void; cancelled: boolean }[] = [];
  const logged: string[] = [];
  const supervisor = new GatewaySupervisor(
    {
      start: async () => {
        const next = queue.shift();
        if (next === undefined) throw new Error('nothing left to start');
        if (next instanceof Error) throw next;
        return next;
      },
      after: (ms, go) => {
        const wait = { ms, go, cancelled: false };
        waits.push(wait);
        return {
          dispose: () => {
            wait.cancelled = true;
          },
        };
      },
      now: () => 0,
      log: (_level, message) => logged.push(message),
    },
    { ...SOURCES, ...sources },
    new Backoff(),
  );
  return { supervisor, waits, logged };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('start', () => {
  test('tells a fresh gateway everything, freeze first', async () => {
    const run = new FakeRun();
    const { supervisor } = setUp([run]);
    await supervisor.start();
    expect(run.told).toEqual(['freeze', 'agents', 'window', 'network', 'toolPins', 'credentials', 'policies']);
    expect(supervisor.health.state).toBe('up');
  });

  test('a gateway that ended is started again and told everything again', async () => {
    const [first, second] = [new FakeRun(), new FakeRun()];
    const { supervisor, waits } = setUp([first, second]);
    await supervisor.start();
    first.end('signal SIGKILL');
    await settled();
    expect(supervisor.health).toEqual({ state: 'down', reason: 'signal SIGKILL', retryInMs: 250 });
    waits[0]?.go();
    await settled();
    expect(second.told).toEqual(['freeze', 'agents', 'window', 'network', 'toolPins', 'credentials', 'policies']);
    expect(supervisor.health.state).toBe('up');
  });

  test('the user need not wait for the next attempt, which is then none of its own', async () => {
    const [first, second] = [new FakeRun(), new FakeRun()];
    const { supervisor, waits } = setUp([first, second]);
    await supervisor.start();
    await supervisor.restart();
    expect(first.disposed).toBe(false);
    first.end('signal SIGKILL');
    await settled();
    const both = [supervisor.restart(), supervisor.restart()];
    expect(waits[0]?.cancelled).toBe(true);
    await Promise.all(both);
    expect(supervisor.health.state).toBe('up');
    expect(second.told.filter((part) => part === 'policies')).toEqual(['policies']);
  });

  test('failures in a row wait longer and longer', async () => {
    const { supervisor, waits } = setUp([new Error('a'), new Error('b'), new Error('c')]);
    await supervisor.start();
    for (const index of [0, 1]) {
      waits[index]?.go();
      await settled();
    }
    expect(waits.map(({ ms }) => ms)).toEqual([250, 500, 1000]);
  });

  test('a gateway that refuses a part is ended, never left half told', async () => {
    const run = new FakeRun();
    run.refusing = 'policies';
    const { supervisor } = setUp([run]);
    await supervisor.start();
    await settled();
    expect(run.disposed).toBe(true);
    expect(supervisor.health.state).toBe('down');
  });
});

describe('push', () => {
  test('hands one setting on, if it is another', async () => {
    const run = new FakeRun();
    let revoked: readonly string[] = [];
    const { supervisor } = setUp([run], { credentials: () => ({ current: [], retired: [], revoked }) });
    await supervisor.start();
    run.told.length = 0;
    await supervisor.push('credentials');
    expect(run.told).toEqual([]);
    revoked = ['stripe'];
    await supervisor.push('credentials');
    expect(run.told).toEqual(['credentials']);
  });

  test('without a gateway does nothing: the next one is told everything', async () => {
    await expect(setUp([]).supervisor.push('freeze')).resolves.toBeUndefined();
  });

  test('ends a gateway that cannot be told, so that nothing old stays in force', async () => {
    const run = new FakeRun();
    let all = false;
    const { supervisor } = setUp([run], { freeze: () => ({ all, services: [] }) });
    await supervisor.start();
    run.refusing = 'freeze';
    all = true;
    await supervisor.push('freeze');
    expect(run.disposed).toBe(true);
  });
});

test('record says in the log when there is no gateway to record it', async () => {
  const { supervisor, logged } = setUp([]);
  await supervisor.record({ action: 'freeze' });
  expect(logged.join()).toContain('Not recorded in the audit log: freeze');
});

test('dispose ends the gateway and starts no other', async () => {
  const run = new FakeRun();
  const { supervisor, waits } = setUp([run]);
  await supervisor.start();
  supervisor.dispose();
  await settled();
  expect(run.disposed).toBe(true);
  expect(waits).toEqual([]);
});
