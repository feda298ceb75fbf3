import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type LoopbackRedirect,
  listenOnLoopback,
} from '../../../../src/extension/credentials/signIn/loopbackRedirect.ts';

const REQUEST_WITHIN_MS = 250;

let redirect: LoopbackRedirect;
let received: string[];

beforeEach(async () => {
  received = [];
  redirect = await listenOnLoopback(
    (query) => {
      received.push(query);
      return query.includes('state=right');
    },
    { done: 'You can close this page.', unknown: 'Nobody waits for this.' },
    REQUEST_WITHIN_MS,
  );
});
afterEach(() => redirect.dispose());

function ask(
  path: string,
  { method = 'GET', host }: { method?: string; host?: string } = {},
): Promise<{ status: number; body: string; headers: Record<string, unknown> }> {
  const { port, host: own } = new URL(redirect.redirectUri);
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers: { host: host ?? own } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

test('the browser comes back to this machine’s own address, and is told that it is done', async () => {
  expect(redirect.redirectUri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/signed-in$/);
  const answer = await ask('/signed-in?code=a%3Fb&state=right');
  expect(answer).toMatchObject({ status: 200, body: 'You can close this page.' });
  expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  expect(received).toEqual(['code=a%3Fb&state=right']);
});

test('the first answer that somebody waits for is the last that is heard', async () => {
  expect((await ask('/signed-in?state=wrong')).status).toBe(400);
  expect((await ask('/signed-in?state=right')).status).toBe(200);
  await expect(ask('/signed-in?state=right')).rejects.toThrow('ECONNREFUSED');
});

test.each([
  ['/signed-in?state=right', { host: 'evil.example' }],
  ['/signed-in?state=right', { host: 'localhost:1' }],
  ['/signed-in?state=right', { method: 'POST' }],
  ['/other?state=right', {}],
  ['http://evil.example/signed-in?state=right', {}],
])('%s %j is not taken', async (path, options) => {
  expect((await ask(path, options)).status).toBe(404);
  expect(received).toEqual([]);
});

test('connections that say nothing do not keep the browser away', async () => {
  const port = Number(new URL(redirect.redirectUri).port);
  const silent = Array.from({ length: 16 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  try {
    await Promise.all(silent.map((socket) => once(socket, 'connect')));
    await expect(ask('/signed-in?state=right')).rejects.toThrow();
    await expect
      .poll(() => ask('/signed-in?state=right').then(({ status }) => status, String), {
        timeout: 12_000,
        interval: 25,
      })
      .toBe(200);
  } finally {
    for (const socket of silent) socket.destroy();
  }
}, 20_000);

test('nothing listens any more once the sign-in is over', async () => {
  redirect.dispose();
  await expect(ask('/signed-in?state=right')).rejects.toThrow('ECONNREFUSED');
});
