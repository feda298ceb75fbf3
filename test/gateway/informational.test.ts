import { afterEach, describe, expect, it } from 'vitest';
import type { Refusal } from '../../src/protocol/messages.ts';
import { type GatewayInProcess, gatewayInProcess } from '../support/gatewayInProcess.ts';
import { type RawUpstream, startRawUpstream } from '../support/rawUpstream.ts';
import { freshKey } from '../support/serve.ts';

let upstream: RawUpstream;
let under: GatewayInProcess;

afterEach(() => upstream.close());

/** The outcome of a read that is answered with these bytes, and of another one after it. */
async function answered(bytes: string): Promise<unknown[]> {
  upstream = await startRawUpstream({
    respond: ({ target }, socket) =>
      void socket.write(
        Buffer.from(target === '/odd' ? bytes : 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok', 'latin1'),
      ),
  });
  const service = {
    baseUrl: upstream.origin,
    network: 'loopback',
    auth: { type: 'bearer' },
    policies: [{ path: '/**', methods: ['GET'] }],
    limits: { timeout: '1s' },
  };
  under = await gatewayInProcess({
    policy: JSON.stringify({ services: { api: service } }),
    credentials: [['api', upstream.origin, freshKey()]],
  });
  return [await under.read('api', '/odd'), await under.read('api', '/fine')];
}

const upgrade = 'connection: upgrade\r\nupgrade: websocket\r\n';

describe('an answer that is no answer yet', () => {
  it.each([
    ['101 with what it switches to', `HTTP/1.1 101 Switching Protocols\r\n${upgrade}\r\n`],
    ['101 with a length', `HTTP/1.1 101 Switching Protocols\r\n${upgrade}content-length: 5\r\n\r\n`],
    ['101 with bytes of the other protocol', `HTTP/1.1 101 Switching Protocols\r\n${upgrade}\r\n\x81\x05hello`],
    ['101 in chunks', `HTTP/1.1 101 Switching Protocols\r\n${upgrade}transfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['101 alone', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['101 twice', `HTTP/1.1 101 Switching Protocols\r\n\r\nHTTP/1.1 101 Switching Protocols\r\n${upgrade}\r\n`],
    ['101 after 103', `HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 101 Switching Protocols\r\n${upgrade}\r\n`],
    ['101 to HTTP/2', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n'],
    ['101 of an HTTP/1.0 server', `HTTP/1.0 101 Switching Protocols\r\n${upgrade}\r\n`],
    ['100 and nothing more', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['101 after 100', `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 Switching Protocols\r\n${upgrade}\r\n`],
    ['102 and nothing more', 'HTTP/1.1 102 Processing\r\n\r\n'],
    ['199 with a body', 'HTTP/1.1 199 Odd\r\ncontent-length: 3\r\n\r\nabc'],
    ['199 in chunks', 'HTTP/1.1 199 Odd\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 99 Odd\r\ncontent-length: 0\r\n\r\n'],
    ['a status of zeros', 'HTTP/1.1 000 Odd\r\ncontent-length: 0\r\n\r\n'],
    ['a switch beside a good status', `HTTP/1.1 200 OK\r\n${upgrade}content-length: 2\r\n\r\nok`],
    ['426, which asks for a switch', `HTTP/1.1 426 Upgrade Required\r\n${upgrade}content-length: 2\r\n\r\nok`],
  ])('is refused as the API’s doing, and harms no other call: %s', async (_name, bytes) => {
    const [odd, fine] = (await answered(bytes)) as [object, object];
    expect(fine).toMatchObject({ answer: { status: 200, text: 'ok' } });
    if ('answer' in odd) return;
    const { code, sent, message, nextStep } = (odd as { refusal: Refusal }).refusal;
    expect(['upstream_unreachable', 'upstream_timeout'], JSON.stringify(odd)).toContain(code);
    expect(sent).toBe('unknown');
    expect(message).not.toMatch(/ERR_|assert/i);
    expect(nextStep).toContain('call again once');
    expect(under.log.join('\n')).not.toMatch(/assert|TypeError/i);
  });

  it('names the switch, which nothing here asked for', async () => {
    const [odd] = await answered(`HTTP/1.1 101 Switching Protocols\r\n${upgrade}\r\n`);
    expect(odd).toMatchObject({
      refusal: { code: 'upstream_unreachable', sent: 'unknown', message: expect.stringContaining('another protocol') },
    });
  });

  it.each(['103 Early Hints', '100 Continue'])(
    'is one of a hundred at most: a flood of %s is given up',
    async (line) => {
      const hints = `HTTP/1.1 ${line}\r\n\r\n`.repeat(101);
      const [odd, fine] = await answered(`${hints}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok`);
      expect(odd).toMatchObject({
        refusal: { code: 'upstream_unreachable', sent: 'unknown', message: expect.stringContaining('interim') },
      });
      expect(fine).toMatchObject({ answer: { status: 200, text: 'ok' } });
    },
  );

  it.each([
    ['103', 'HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\n'],
    ['100', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['100 without words', 'HTTP/1.1 100\r\n\r\n'],
    ['100 of an HTTP/1.0 server', 'HTTP/1.0 100 Continue\r\n\r\n'],
    ['100 with fields', 'HTTP/1.1 100 Continue\r\nserver: Microsoft-IIS/10.0\r\ndate: today\r\n\r\n'],
    ['102', 'HTTP/1.1 102 Processing\r\n\r\n'],
    ['103, 100 and 102', ['103', '100', '102'].map((status) => `HTTP/1.1 ${status} X\r\n\r\n`).join('')],
  ])('is passed over where a whole answer follows: %s', async (_, interim) => {
    for (const times of [1, 20]) {
      const hints = interim.repeat(times);
      const both = await answered(`${hints}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok`);
      expect(both).toMatchObject([{ answer: { status: 200, text: 'ok' } }, { answer: { status: 200, text: 'ok' } }]);
      if (times === 1) await upstream.close();
    }
  });
});
