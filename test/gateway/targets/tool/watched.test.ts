import { expect, it } from 'vitest';
import { type GatewayInProcess, gatewayInProcess } from '../../../support/gatewayInProcess.ts';
import { until } from '../../../support/until.ts';

let under: GatewayInProcess;

it('a freeze takes no time for the names of servers that agents made up and watched', async () => {
  under = await gatewayInProcess({ policy: 'services: {}\n' });
  const { gateway } = under;
  const stops = Array.from({ length: 50_000 }, (_, i) => gateway.servers.watch(`made-up-${i}`, () => undefined));
  for (const stop of stops) stop();
  const before = process.threadCpuUsage();
  await gateway.set({ freeze: { all: true, services: [] } });
  const { user, system } = process.threadCpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(20);
});

it('who watches a server hears of it, though another stopped watching', async () => {
  const server = { command: 'node', args: ['x.js'], tools: { allow: ['*'] } };
  under = await gatewayInProcess({ policy: 'services: {}\n' });
  let told = 0;
  const stop = under.gateway.servers.watch('later', () => undefined);
  under.gateway.servers.watch('later', () => told++);
  stop();
  await under.setPolicy(JSON.stringify({ services: {}, servers: { later: server } }));
  await until(() => told > 0, 'who watches hears of it');
  expect(told).toBe(1);
});

it('an agent that the user lets in hears that there are tools for it', async () => {
  under = await gatewayInProcess({ policy: 'services: {}\n' });
  let told = 0;
  under.gateway.servers.watch('wiki', () => told++);
  await under.gateway.set({ agents: { entries: [], names: ['kiro'], frozen: [] } });
  expect(told).toBe(1);
});
