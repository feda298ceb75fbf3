import { afterAll, beforeAll, expect, it } from 'vitest';
import { longestHold, METERED } from '../../../support/holdMeter.ts';
import { cpuMs } from '../../../support/processInfo.ts';
import { freshKey, type Served, serve } from '../../../support/serve.ts';
import { sleep } from '../../../support/until.ts';
import { trickyServer, wrappedClient } from '../../../support/wrapped.ts';

/** Moments at which everything is frozen: before the first page is there, and while they come in. */
const AFTER_MS = [50, 300, 600, 900, 1200];
const FREEZE_WITHIN_MS = 100;
/** The event loop is promised to be held for no longer; in processor time. */
const MOST_HOLD_MS = 20;

let served: Served;

beforeAll(async () => {
  served = await serve({
    policy: JSON.stringify({
      servers: {
        flood: trickyServer(undefined, {}, ['--flood']),
        text: trickyServer(undefined, {}, ['--huge', 'text']),
        names: trickyServer(undefined, {}, ['--huge', 'names']),
        plain: trickyServer('tricky'),
      },
    }),
    credentials: { tricky: freshKey() },
    nodeArgs: METERED,
  });
});

afterAll(async () => {
  await served?.stop();
});

it.each(AFTER_MS)('a freeze waits for no list of tools of 18 MB, %i ms after it was asked for', async (afterMs) => {
  const client = await wrappedClient(served.proxy, 'flood');
  try {
    await longestHold(served);
    const listed = client.tools().catch(() => undefined);
    await sleep(afterMs);
    const before = cpuMs(served.pid);
    const start = performance.now();
    await served.order({ do: 'freeze' });
    expect(Math.min(performance.now() - start, cpuMs(served.pid) - before)).toBeLessThan(FREEZE_WITHIN_MS);
    await listed;
    expect(await longestHold(served)).toBeLessThan(MOST_HOLD_MS);
  } finally {
    await served.order({ do: 'unfreeze' });
    await client.close();
  }
});

it.each(['text', 'names'])(
  'of a list of tools that is too large, a megabyte and 20,000 names are taken: %s',
  async (server) => {
    const client = await wrappedClient(served.proxy, server);
    try {
      const { tools } = await client.client.listTools();
      const written = JSON.stringify(tools);
      expect(tools.length).toBeGreaterThan(49);
      expect(tools.length).toBeLessThan(1000);
      expect(written.length).toBeLessThan(1.1 * 1024 * 1024);
      expect(written.split('":').length).toBeLessThan(21_000);
    } finally {
      await client.close();
    }
  },
);

it('nor for what is packed in a small result: 3 KB that hold a megabyte', async () => {
  const client = await wrappedClient(served.proxy, 'plain');
  try {
    await client.text('echo');
    const holds: number[] = [];
    for (let round = 0; round < 5; round++) {
      await longestHold(served);
      const { content } = await client.call('packed');
      expect(content).toHaveLength(20);
      holds.push(await longestHold(served));
    }
    expect(Math.min(...holds)).toBeLessThan(MOST_HOLD_MS);
  } finally {
    await client.close();
  }
});
