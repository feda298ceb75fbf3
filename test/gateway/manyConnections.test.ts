import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { MAX_REASON_CHARS } from '../../src/protocol/toolArguments.ts';
import { readGateways } from '../../src/proxy/findGateways.ts';
import { connect, type GatewayConnection, type Order } from '../../src/proxy/gatewayConnection.ts';
import { holdingPolicy } from '../support/holdingInputs.ts';
import { longestHold, METERED } from '../support/holdMeter.ts';
import { cpuMs } from '../support/processInfo.ts';
import { freshKey, loopbackService, type Served, serve } from '../support/serve.ts';
import { sleep } from '../support/until.ts';
import { trickyServer } from '../support/wrapped.ts';

// Whoever has a terminal starts as many proxies as the gateway takes: together they hold it up for no longer than one.

const CONNECTIONS = 60;
/** An idle core needs less than 20; see freezeInTheMiddle.test.ts. */
const MAX_HOLD_MS = 30;
const FREEZE_WITHIN_MS = 100;
/** One good round is enough: what else the machine does takes its caches. */
const ROUNDS = 6;
/** Sixty connections take their time on a machine that does other work. */
const WITHIN_MS = 90_000;

const FLOODS: Readonly<Record<string, readonly [count: number, order: (id: number) => Order]>> = {
  'lists of services': [20, (id) => ({ do: 'listServices', id })],
  wishes: [
    10,
    (id) => ({
      do: 'requestAccess',
      id,
      access: { service: 'plain', method: 'PUT', path: `/${'A'.repeat(8000)}`, reason: 'A'.repeat(MAX_REASON_CHARS) },
    }),
  ],
  'tools of a server that there is not': [200, (id) => ({ do: 'listTools', id, server: 'none' })],
  'calls of a service that there is not': [
    100,
    (id) => ({ do: 'execute', id, call: { tool: 'read', service: 'none', method: 'GET', path: '/' } }),
  ],
  'calls that are too heavy to be read': [
    1,
    (id) => ({
      do: 'execute',
      id,
      call: { tool: 'execute', service: 'plain', method: 'POST', path: '/', json: Array(40_000).fill([]) },
    }),
  ],
};

it.each(Object.keys(FLOODS))(
  'of many connections hold the event loop for no longer than those of one: %s',
  async (flood) => {
    const [count, order] = FLOODS[flood] ?? [0, () => ({ do: 'listServices', id: 0 })];
    const orders = Array.from({ length: count }, (_, id) => order(id + 1));
    let held = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS && held >= MAX_HOLD_MS; round++) {
      const served = await serve({ policy: holdingPolicy('http://127.0.0.1:9'), nodeArgs: METERED });
      try {
        const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => connectTo(served)));
        await longestHold(served);
        for (const connection of connections) for (const one of orders) void connection.ask(one);
        await sleep(20);
        await served.order({ do: 'freeze' });
        held = Math.min(held, await longestHold(served));
      } finally {
        await served.stop();
      }
    }
    expect(held).toBeLessThan(MAX_HOLD_MS);
  },
  WITHIN_MS,
);

const UNDER_WAY: Readonly<Record<string, Order>> = {
  'of an API that says nothing': {
    id: 1,
    do: 'execute',
    call: { tool: 'read', service: 'plain', method: 'GET', path: '/' },
  },
  'that wait for the user': {
    id: 1,
    do: 'execute',
    call: { tool: 'execute', service: 'plain', method: 'POST', path: '/asked' },
  },
  'to a tool that hangs': { id: 1, do: 'callTool', call: { server: 'mcp', tool: 'hang', arguments: {} } },
};

describe('have so many calls under way in all, and each some of its own, so that a freeze ends every one in no time', () => {
  it.each(Object.keys(UNDER_WAY))(
    'calls %s',
    async (what) => {
      const order = UNDER_WAY[what] ?? { id: 1, do: 'listServices' };
      const silent = net.createServer(() => undefined);
      await new Promise<void>((listening) => void silent.listen(0, '127.0.0.1', listening));
      const address = silent.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      const services = {
        plain: loopbackService(`http://127.0.0.1:${address.port}`, {
          limits: { concurrent: 200 },
          policies: [
            { path: '/**', methods: ['GET'] },
            { path: '/asked', methods: ['POST'], approval: 'always' },
          ],
        }),
      };
      const servers = { mcp: trickyServer(undefined, { limits: { concurrent: 200 } }) };
      const served = await serve({
        policy: JSON.stringify({ services, servers }),
        credentials: { plain: freshKey() },
        nodeArgs: METERED,
        approve: 'ask',
      });
      let held = Number.POSITIVE_INFINITY;
      let ended = Number.POSITIVE_INFINITY;
      try {
        for (let round = 0; round < ROUNDS && (held >= MAX_HOLD_MS || ended >= FREEZE_WITHIN_MS); round++) {
          const connections = await Promise.all(Array.from({ length: 4 }, () => connectTo(served)));
          const answers = connections
            .slice(2, 4)
            .flatMap((one) => Array.from({ length: 200 }, (_, n) => one.ask({ ...order, id: n + 1 })));
          const refused = await Promise.any(answers.map(async (answer) => JSON.stringify(await answer)));
          expect(refused).toContain('rate_limited');
          // Another connection's calls are under way all the same: they wait, too.
          const own = connections[1]?.ask(order);
          expect(await Promise.race([own, sleep(500)])).toBeUndefined();
          await longestHold(served);
          const [start, before] = [performance.now(), cpuMs(served.pid)];
          await served.order({ do: 'freeze' });
          expect(JSON.stringify(await own)).toContain('frozen');
          await Promise.all(answers);
          // What other programs of the machine do is not what is measured.
          ended = Math.min(ended, performance.now() - start, cpuMs(served.pid) - before);
          held = Math.min(held, await longestHold(served));
          await served.order({ do: 'unfreeze' });
          for (const connection of connections) connection.retire();
        }
      } finally {
        await served.stop();
        silent.close();
      }
      expect({ held, ended }).toSatisfy(() => held < MAX_HOLD_MS && ended < FREEZE_WITHIN_MS);
    },
    WITHIN_MS,
  );
});

function connectTo(served: Served): Promise<GatewayConnection> {
  const [gateway] = readGateways(served.runtimeDir);
  if (!gateway) throw new Error('there is no gateway');
  return connect({ discovery: gateway, fit: 0, scope: 'user' }, { name: 'claude-code' });
}
