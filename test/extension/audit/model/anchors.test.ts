import { describe, expect, test } from 'vitest';
import { Anchorer } from '../../../../src/extension/audit/model/anchorer.ts';
import { AnchorStore } from '../../../../src/extension/audit/model/anchorStore.ts';
import type { AuditHead } from '../../../../src/gateway/control/controlPort.ts';
import { FakeSecrets } from '../../support/fakes.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('anchors in SecretStorage', () => {
  test('are kept for each run, and apart for each installation', async () => {
    const secrets = new FakeSecrets();
    const mine = new AnchorStore({ secrets, installation: '/mine', now: () => 7 });
    const other = new AnchorStore({ secrets, installation: '/other', now: () => 7 });
    await mine.put({ gatewayId: 'a', seq: 1, hash: 'h1' });
    await mine.put({ gatewayId: 'a', seq: 5, hash: 'h5' });
    await other.put({ gatewayId: 'b', seq: 2, hash: 'h2' });
    expect(await mine.all()).toEqual([{ gatewayId: 'a', seq: 5, hash: 'h5', at: 7 }]);
    expect(await other.all()).toEqual([{ gatewayId: 'b', seq: 2, hash: 'h2', at: 7 }]);
  });

  test('are forgotten only when they are old and their run is gone', async () => {
    const secrets = new FakeSecrets();
    let now = 0;
    const store = new AnchorStore({ secrets, installation: '/mine', now: () => now });
    await store.put({ gatewayId: 'gone', seq: 1, hash: 'h' });
    await store.put({ gatewayId: 'kept', seq: 1, hash: 'h' });
    now = 119 * DAY_MS;
    await store.forgetOld(new Set(['kept']));
    expect(await store.all()).toHaveLength(2);
    now = 121 * DAY_MS;
    await store.forgetOld(new Set(['kept']));
    expect((await store.all()).map(({ gatewayId }) => gatewayId)).toEqual(['kept']);
  });
});

describe('anchoring', () => {
  function setUp() {
    const state = { now: 1_000_000, head: undefined as AuditHead | undefined, put: [] as number[], errors: 0 };
    const waits: { ms: number; go: () => void; cancelled: boolean }[] = [];
    const anchorer = new Anchorer({
      head: async () => state.head,
      put: async ({ seq }) => {
        if (seq === 13) throw new Error('not kept');
        state.put.push(seq);
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
      now: () => state.now,
      onError: () => {
        state.errors += 1;
      },
    });
    const grow = (seq: number): void => {
      state.head = { gatewayId: 'a', seq, hash: `h${seq}` };
      anchorer.grew();
    };
    const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
    return { state, waits, anchorer, grow, settle };
  }

  test('happens at the first record, and then at most once a minute', async () => {
    const { state, waits, grow, settle } = setUp();
    grow(1);
    expect(waits.map(({ ms }) => ms)).toEqual([0]);
    waits[0]?.go();
    await settle();
    state.now += 10_000;
    grow(2);
    grow(3);
    expect(waits.map(({ ms }) => ms)).toEqual([0, 50_000]);
    state.now += 50_000;
    waits[1]?.go();
    await settle();
    expect(state.put).toEqual([1, 3]);
  });

  test('happens at once when asked to, and not twice for the same record', async () => {
    const { state, waits, anchorer, grow } = setUp();
    grow(1);
    await anchorer.anchor();
    expect(waits[0]?.cancelled).toBe(true);
    await anchorer.anchor();
    expect(state.put).toEqual([1]);
  });

  test('anchors nothing without a gateway or a record, and goes on after a failure', async () => {
    const { state, anchorer, grow } = setUp();
    await anchorer.anchor();
    grow(0);
    await anchorer.anchor();
    grow(13);
    await anchorer.anchor();
    expect([state.put, state.errors]).toEqual([[], 1]);
    grow(14);
    await anchorer.anchor();
    expect(state.put).toEqual([14]);
  });
});
