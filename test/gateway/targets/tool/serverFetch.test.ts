import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BaseUrl } from '../../../../src/core/net/baseUrl.ts';
import { serverFetch } from '../../../../src/gateway/targets/tool/serverFetch.ts';
import { TurnBudget } from '../../../../src/gateway/util/turnBudget.ts';

const asked: number[] = [];
const agent = new Agent();
let server: http.Server;
let endpoint: string;

beforeAll(async () => {
  server = http.createServer((_request, response) => {
    asked.push(Date.now());
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end('retry: 0\n\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
});

afterAll(async () => {
  await agent.close();
  server.close();
});

function fetchOf(endpoint: string): ReturnType<typeof serverFetch> {
  return serverFetch({
    baseUrl: { hostname: '127.0.0.1' } as BaseUrl,
    network: 'loopback',
    endpoint,
    dispatcher: () => agent,
    headers: () => [],
    authenticated: false,
    maxBytes: 1000,
    onTooLong: () => expect.fail(),
    turnBudget: new TurnBudget(),
  });
}

it('asks for a stream again no more than once a second, whatever the server says, and stops waiting when it ends', async () => {
  const fetched = fetchOf(endpoint);
  for (let i = 0; i < 2; i++) await (await fetched(endpoint, { method: 'GET' })).text();
  await (await fetched(endpoint, { method: 'POST', body: '{}' })).text();
  const [first = 0, second = 0, post = 0] = asked;
  expect(second - first).toBeGreaterThanOrEqual(900);
  expect(post - second).toBeLessThan(900);
  const ending = new AbortController();
  const waiting = fetched(endpoint, { method: 'GET', signal: ending.signal });
  ending.abort();
  await expect(waiting).rejects.toThrow();
  expect(asked).toHaveLength(3);
});

it.each([1, 9, 22, 25, 110, 143, 636, 993, 2049, 3659, 5060, 6000, 6566, 6667, 6697, 10080])(
  'names the port where every HTTP client refuses it, and nothing is sent: %i',
  async (port) => {
    for (const method of ['GET', 'POST']) {
      const at = `http://127.0.0.1:${port}/mcp`;
      await expect(fetchOf(at)(at, { method, ...(method === 'POST' ? { body: '{}' } : {}) })).rejects.toMatchObject({
        failure: 'unreachable',
        sent: 'no',
        message: expect.stringContaining(`port ${port} is one that no HTTP client connects to`),
      });
    }
  },
);
