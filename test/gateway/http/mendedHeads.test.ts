import { afterEach, describe, expect, it } from 'vitest';
import { gatewayInProcess } from '../../support/gatewayInProcess.ts';
import { type RawUpstream, startRawUpstream } from '../../support/rawUpstream.ts';
import { freshKey, loopbackService, policyText } from '../../support/serve.ts';

let upstream: RawUpstream;
afterEach(() => upstream.close());

const FORMS: Record<string, string> = {
  'line feeds alone': 'HTTP/1.1 200 OK\ncontent-type: text/plain\ncontent-length: 2\n\nok',
  'its length twice': 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\ncontent-length: 2\r\n\r\nok',
  'its length in a list': 'HTTP/1.1 200 OK\r\ncontent-length: 2, 2\r\n\r\nok',
  'an interim answer before': 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
  'all of it': 'HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\ncontent-length: 2\ncontent-length: 2\n\nok',
};

describe.each(Object.entries(FORMS))('an answer with %s', (_, bytes) => {
  it.each([1, 7, 10_000])('that comes in pieces of %i is taken, on one connection', async (size) => {
    upstream = await startRawUpstream({
      respond: async (_request, socket) => {
        socket.setNoDelay(true);
        for (let at = 0; at < bytes.length; at += size) {
          socket.write(bytes.slice(at, at + size));
          await new Promise(setImmediate);
        }
      },
    });
    const under = await gatewayInProcess({
      policy: policyText({ api: loopbackService(upstream.origin) }),
      credentials: [['api', upstream.origin, freshKey()]],
    });
    for (const path of ['/one', '/two', '/three']) {
      const called = await under.call({ service: 'api', method: 'POST', path, text: 'a body' });
      expect(called).toMatchObject({ answer: { status: 200, text: 'ok' } });
    }
    expect(upstream.connections).toBe(1);
  });
});

it.each(['2\r\ncontent-length: 3', '2, 3'])('an answer with two lengths (%j) is refused', async (lengths) => {
  upstream = await startRawUpstream({
    respond: (_request, socket) => void socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${lengths}\r\n\r\nok`),
  });
  const under = await gatewayInProcess({
    policy: policyText({ api: loopbackService(upstream.origin, { limits: { timeout: '1s' } }) }),
    credentials: [['api', upstream.origin, freshKey()]],
  });
  expect(await under.read('api', '/x')).toMatchObject({ refusal: { sent: 'unknown' } });
});
