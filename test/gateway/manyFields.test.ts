import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Transport } from '../../src/gateway/http/transport.ts';

const HEAD = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${HEAD}content-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n`;
const MOST_HOLD_MS = 20;
const ROUNDS = 6;

let server: net.Server | undefined;

afterEach(() => {
  server?.close();
});

/** What answers every request with these bytes, as an API or a proxy. */
async function answering(bytes: string): Promise<number> {
  const answer = Buffer.from(bytes, 'latin1');
  server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const worked = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/** One request to what listens at `port`, directly or through it: how it ended, and the longest hold of this thread's work. */
async function ask(port: number, way: 'directly' | 'through a proxy'): Promise<{ end: string; heldMs: number }> {
  const transport = new Transport();
  const proxied = way === 'through a proxy';
  if (proxied) transport.configure({ proxy: `http://127.0.0.1:${port}`, noProxy: [], certificates: [] });
  const host = proxied ? 'api.example.com' : `127.0.0.1:${port}`;
  let last = worked();
  let heldMs = 0;
  const meter = setInterval(() => {
    heldMs = Math.max(heldMs, worked() - last);
    last = worked();
  }, 1);
  const url = new URL(`http://${host}`);
  const { origin, hostname } = url;
  const baseUrl = {
    text: origin,
    origin,
    protocol: 'http:',
    hostname,
    port: Number(url.port || 80),
    host,
    prefix: '',
  } as const;
  const end = await transport
    .send(
      { baseUrl, network: proxied ? 'public' : 'loopback', method: 'GET', target: '/x', headers: [] },
      { maxBytes: 1024 * 1024, signal: new AbortController().signal, beforeWrite: () => undefined },
    )
    .then(
      ({ status }) => String(status),
      (error: Error) => error.message,
    );
  await new Promise((resolve) => setTimeout(resolve, 5));
  clearInterval(meter);
  transport.close();
  return { end, heldMs };
}

describe.each(['directly', 'through a proxy'] as const)('%s', (way) => {
  it.each([
    [
      'a head of 200,000 fields',
      `${HEAD}${'a: b\r\n'.repeat(200_000)}\r\n`,
      /^too_large: more than 32768 bytes of headers$/,
    ],
    [
      'a head of 30,000 short fields',
      `${HEAD}${'a:\r\n'.repeat(30_000)}\r\n`,
      /^too_large: more than 500 header fields$/,
    ],
    ['a head of 501 fields', `${HEAD}${'a: b\r\n'.repeat(501)}\r\n`, /^too_large: more than 500 header fields$/],
    ['a head of 500 fields', `${HEAD}content-length: 0\r\n${'a: b\r\n'.repeat(499)}\r\n`, /^200$/],
    ['a trailer of 200,000 fields', `${CHUNKED}${'a: b\r\n'.repeat(200_000)}\r\n`, /^too_large: /],
  ])('%s holds the event loop for less than 20 ms', async (_what, bytes, expected) => {
    const port = await answering(bytes);
    let least = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS && least >= MOST_HOLD_MS; round++) {
      const { end, heldMs } = await ask(port, way);
      expect(end).toMatch(expected);
      least = Math.min(least, heldMs);
    }
    expect(least).toBeLessThan(MOST_HOLD_MS);
  });
});
