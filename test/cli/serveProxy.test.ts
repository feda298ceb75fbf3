import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { freshKey, policyText, type Served, serve } from '../support/serve.ts';

const REMOTE = {
  baseUrl: 'https://api.example.test/',
  auth: { type: 'bearer' },
  policies: [{ path: '/**', methods: ['GET'] }],
};
const key = freshKey();
const asked: string[] = [];
let refusedWith = 502;
let proxy: Server;
let served: Served | undefined;

beforeAll(async () => {
  // It opens no tunnel: that it is asked for one is what is to be seen.
  proxy = createServer().on('connect', ({ url }, socket) => {
    asked.push(url ?? '');
    socket.end(`HTTP/1.1 ${refusedWith} No\r\n\r\n`);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await served?.stop();
  served = undefined;
  asked.length = 0;
});
afterAll(() => void proxy.close());

async function started(args: readonly string[], more: Record<string, string> = {}): Promise<Served> {
  const { port } = proxy.address() as AddressInfo;
  served = await serve({
    policy: policyText({ api: REMOTE }),
    credentials: { api: key },
    args,
    env: { HTTPS_PROXY: `http://127.0.0.1:${port}`, ...more },
  });
  return served;
}

const READ = { service: 'api', path: '/x' };

it('sends requests through the proxy of the environment where it is told to', async () => {
  const agent = await (await started(['--proxy', 'env'])).agent();
  await agent.refused('read', READ);
  expect(asked).toEqual(['api.example.test:443']);
});

it.each([
  [407, 'the proxy in between wants a user name and a password (407)'],
  [403, 'the proxy in between made no connection to it (403)'],
  [502, 'the proxy in between made no connection to it (502)'],
])('says that it was the proxy which refused: %i', async (status, words) => {
  refusedWith = status;
  const agent = await (await started(['--proxy', 'env'])).agent();
  expect(await agent.refused('read', READ)).toMatchObject({
    code: 'upstream_unreachable',
    message: expect.stringContaining(words),
    sent: 'no',
  });
});

it('sends them past it where NO_PROXY says so', async () => {
  const agent = await (await started(['--proxy', 'env'], { NO_PROXY: '.example.test' })).agent();
  expect(await agent.refused('read', READ)).toMatchObject({ code: 'upstream_unreachable', sent: 'no' });
  expect(asked).toEqual([]);
});

it('says that a proxy of the environment is not used where nobody said so', async () => {
  const running = await started([]);
  expect(running.diagnostics.join('\n')).toContain('HTTPS_PROXY is not used: with --proxy env');
  await (await running.agent()).refused('read', READ);
  expect(asked).toEqual([]);
});
