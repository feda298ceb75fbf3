import net from 'node:net';
import zlib from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { residentMegabytes } from '../support/processInfo.ts';
import { answerWith, type RawHandler, type RawUpstream, startRawUpstream } from '../support/rawUpstream.ts';
import { selfSignedCertificate } from '../support/selfSignedCertificate.ts';
import { type Agent, freshKey, loopbackService, policyText, type Served, serve } from '../support/serve.ts';
import { sleep } from '../support/until.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

/** Most that a gateway may hold while it is being flooded, in MiB. */
const MOST_MEGABYTES = 256;
const key = freshKey();

/** Zeros, compressed: 64 MB in as few bytes as the format takes. */
const bomb = zlib.gzipSync(Buffer.alloc(64 * 1024 * 1024));
const stacked = zlib.gzipSync(zlib.gzipSync(zlib.gzipSync('{"a":1}')));
const twice = zlib.brotliCompressSync(zlib.gzipSync('{"a":1}'));
const chunk = Buffer.alloc(64 * 1024, 'x');

/** What the raw upstream does, by path. */
const misdeeds: Record<string, RawHandler> = {
  '/flood': (_request, socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${1024 ** 3}\r\n\r\n`);
    let left = 1024 ** 3 / chunk.length;
    const pour = (): void => {
      while (left-- > 0) if (!socket.write(chunk)) return void socket.once('drain', pour);
    };
    pour();
  },
  '/bomb': (request, socket) =>
    answerWith(socket, request, bomb, ['content-type: application/json', 'content-encoding: gzip']),
  '/deflate-bomb': (request, socket) =>
    answerWith(socket, request, zlib.deflateSync(Buffer.alloc(64 * 1024 * 1024)), [
      'content-type: text/plain',
      'content-encoding: deflate',
    ]),
  '/stacked': (request, socket) =>
    answerWith(socket, request, stacked, ['content-type: application/json', 'content-encoding: gzip, gzip, gzip']),
  '/stacked-apart': (request, socket) =>
    answerWith(socket, request, stacked, [
      'content-type: application/json',
      'content-encoding: gzip',
      'content-encoding: gzip',
      'content-encoding: gzip',
    ]),
  '/twice': (request, socket) =>
    answerWith(socket, request, twice, ['content-type: application/json', 'content-encoding: gzip, br']),
  '/unknown-encoding': (request, socket) =>
    answerWith(socket, request, `say ${key}`, ['content-type: text/plain', 'content-encoding: zstd']),
  '/broken-encoding': (request, socket) =>
    answerWith(socket, request, `say ${key}`, ['content-type: text/plain', 'content-encoding: gzip']),
  '/unknown-charset': (request, socket) =>
    answerWith(socket, request, `say ${key}`, ['content-type: text/plain; charset=utf-7']),
  '/invalid-utf8': (request, socket) =>
    answerWith(socket, request, Buffer.from([0x61, 0xff, 0xfe, 0x62, 0xc3]), ['content-type: text/plain']),
  '/invalid-utf8-json': (request, socket) =>
    answerWith(socket, request, Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')])),
  '/headers': (_request, socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    const pour = (): void => {
      for (let i = 0; i < 100; i++) if (!socket.write(`x-${i}: ${'y'.repeat(1000)}\r\n`)) break;
      if (!socket.destroyed) setImmediate(pour);
    };
    pour();
  },
  '/slow': (_request, socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 1000\r\n\r\n');
    const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write('x')), 1000);
    socket.once('close', () => clearInterval(timer));
  },
  '/garbage': (_request, socket) => void socket.write('220 mail.example ESMTP\r\n'),
  '/half': (_request, socket) => {
    socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"a":');
  },
  '/close': (_request, socket) => void socket.end(),
};

let upstream: Upstream;
let elsewhere: Upstream;
let raw: RawUpstream;
let selfSigned: RawUpstream;
let served: Served;
let agent: Agent;

beforeAll(async () => {
  upstream = await startUpstream();
  elsewhere = await startUpstream();
  raw = await startRawUpstream({
    respond: (request, socket) => (misdeeds[request.target] ?? misdeeds['/close'])?.(request, socket),
  });
  selfSigned = await startRawUpstream({ tls: selfSignedCertificate() });
  const nobody = await freePort();
  const limits = { timeout: '500ms' };
  const services = {
    good: loopbackService(upstream.origin, {
      policies: [
        { path: '/**', methods: ['GET', 'POST'] },
        { path: '/private/**', effect: 'deny' },
      ],
    }),
    hasty: loopbackService(upstream.origin, { limits }),
    raw: loopbackService(raw.origin, { limits: { responseBytes: '8MB' } }),
    'hasty-raw': loopbackService(raw.origin, { limits }),
    nobody: loopbackService(`http://127.0.0.1:${nobody}`),
    nowhere: { ...loopbackService('https://no-such-host.invalid'), network: 'public' },
    'self-signed': loopbackService(selfSigned.origin),
    'plain-on-tls': loopbackService(`http://127.0.0.1:${selfSigned.port}`),
    'tls-on-plain': loopbackService(`https://127.0.0.1:${upstream.port}`),
  };
  served = await serve({
    policy: policyText(services),
    credentials: Object.fromEntries(Object.keys(services).map((name) => [name, key])),
  });
  agent = await served.agent();
});

afterAll(async () => {
  await served?.stop();
  await Promise.all([upstream, elsewhere, raw, selfSigned].map((one) => one?.close()));
});

/** A port on which nobody listens. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** That a read failed this way, that it arrived so often, and that the gateway goes on as if nothing had been. */
async function fails(
  service: string,
  target: string,
  code: string,
  sent: string,
  arrivals = sent === 'no' ? 0 : 1,
): Promise<string> {
  const before = raw.requests.length + upstream.requests.length + selfSigned.requests.length;
  const error = await agent.refused('read', { service, path: target });
  const after = raw.requests.length + upstream.requests.length + selfSigned.requests.length;
  expect(error).toMatchObject({ code, sent, service });
  expect(after - before).toBe(arrivals);
  expect(`${error.message} ${error.nextStep}`).not.toContain(key);
  if (sent !== 'no') expect(error.nextStep).not.toMatch(/^(try|repeat|call) again/i);
  expect(residentMegabytes(served.pid)).toBeLessThan(MOST_MEGABYTES);
  await agent.ok('read', { service: 'good', path: '/fine' });
  return error.message;
}

describe('an upstream that', () => {
  it('hangs ends in the time-out of the policy', async () => {
    const began = performance.now();
    expect(await fails('hasty', '/hang', 'upstream_timeout', 'unknown')).toContain('0.5 s');
    expect(performance.now() - began).toBeGreaterThan(450);
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('stalls in the middle of its answer ends in the time-out', async () => {
    await fails('hasty', '/drip', 'upstream_timeout', 'yes');
  });

  it('sends one byte a second ends in the time-out', async () => {
    await fails('hasty-raw', '/slow', 'upstream_timeout', 'yes');
  });

  it('resets the connection is unreachable, and the request may have arrived', async () => {
    // A read on a connection that was open before is sent once more.
    await fails('good', '/reset', 'upstream_unreachable', 'unknown', 2);
  });

  it('closes it without a word is the same', async () => {
    await fails('raw', '/close', 'upstream_unreachable', 'unknown');
  });

  it('closes it in the middle of its answer is the same', async () => {
    await fails('raw', '/half', 'upstream_unreachable', 'yes');
  });

  it('does not speak HTTP is unreachable', async () => {
    expect(await fails('raw', '/garbage', 'upstream_unreachable', 'unknown')).toContain('HTTP');
  });

  it('does not listen was not sent anything', async () => {
    expect(await fails('nobody', '/x', 'upstream_unreachable', 'no')).toContain('refused');
  });

  it('has a name that does not resolve was not sent anything', async () => {
    expect(await fails('nowhere', '/x', 'upstream_unreachable', 'no')).toContain('name');
  });

  it('sends a gigabyte is cut off at the cap', async () => {
    await fails('raw', '/flood', 'response_too_large', 'yes');
  });

  it('sends decompression bombs is cut off at the cap, however many at once', async () => {
    await fails('raw', '/bomb', 'response_too_large', 'yes');
    await fails('raw', '/deflate-bomb', 'response_too_large', 'yes');
    const errors = await Promise.all(
      Array.from({ length: 16 }, () => agent.refused('read', { service: 'raw', path: '/bomb' })),
    );
    for (const error of errors) expect(error.code).toBe('response_too_large');
    expect(residentMegabytes(served.pid)).toBeLessThan(MOST_MEGABYTES);
  });

  it('stacks encodings has its body withheld', async () => {
    for (const target of ['/stacked', '/stacked-apart']) {
      const answer = await agent.ok('read', { service: 'raw', path: target });
      expect(answer.hint).toContain('encoded 3 times');
      expect(answer.json ?? answer.text ?? answer.base64).toBeUndefined();
    }
    expect(await agent.ok('read', { service: 'raw', path: '/twice' })).toMatchObject({ json: { a: 1 } });
  });

  it('sends what cannot be decoded has its body withheld', async () => {
    for (const target of ['/unknown-encoding', '/broken-encoding', '/unknown-charset']) {
      const answer = await agent.ok('read', { service: 'raw', path: target });
      expect(answer.hint, target).toContain('withheld');
      expect(JSON.stringify(answer), target).not.toContain(key);
      expect(answer.text ?? answer.base64, target).toBeUndefined();
    }
  });

  it('sends invalid UTF-8 has it replaced', async () => {
    expect((await agent.ok('read', { service: 'raw', path: '/invalid-utf8' })).text).toBe('a\ufffd\ufffdb\ufffd');
    expect((await agent.ok('read', { service: 'raw', path: '/invalid-utf8-json' })).json).toEqual({ a: '\ufffd' });
  });

  it('sends headers without end is cut off', async () => {
    expect(await fails('raw', '/headers', 'response_too_large', 'yes')).toContain('headers');
  });

  it('has a self-signed certificate gets nothing', async () => {
    expect(await fails('self-signed', '/x', 'upstream_tls', 'no')).toContain('self-signed');
    expect(selfSigned.bytes()).toHaveLength(0);
  });

  it('speaks TLS where the policy says http gets no answer across, and http is unreachable', async () => {
    const error = await agent.refused('read', { service: 'plain-on-tls', path: '/x' });
    expect(error).toMatchObject({ code: 'upstream_unreachable', sent: 'unknown' });
  });

  it('speaks plain HTTP where the policy says https never sees the request', async () => {
    await fails('tls-on-plain', '/x', 'upstream_tls', 'no');
  });

  it('hangs eight times over holds up nobody else', async () => {
    const hanging = Array.from({ length: 8 }, () => agent.refused('read', { service: 'hasty', path: '/hang' }));
    const began = performance.now();
    for (let i = 0; i < 10; i++) await agent.ok('read', { service: 'good', path: '/fine' });
    expect(performance.now() - began).toBeLessThan(2000);
    for (const error of await Promise.all(hanging)) expect(error.code).toBe('upstream_timeout');
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('%i to another origin is told and not followed', async (status) => {
    const to = `${elsewhere.origin}/collect`;
    const answer = await agent.ok('execute', {
      service: 'good',
      method: 'POST',
      path: '/redirect',
      query: { to, status },
      json: { a: 1 },
    });
    expect(answer).toMatchObject({ status, redirect: { location: to, allowed: false } });
    expect(answer.nextStep).toContain('not followed');
    await sleep(20);
    expect(elsewhere.requests).toHaveLength(0);
  });

  it('says whether the policy allows what it points to', async () => {
    const before = upstream.requests.length;
    const read = (to: string): Promise<unknown> =>
      agent.ok('read', { service: 'good', path: '/redirect', query: { to } }).then(({ redirect }) => redirect);
    expect(await read('/new?a=1')).toEqual({ location: '/new?a=1', allowed: true });
    expect(await read(`${upstream.origin}/new`)).toEqual({ location: '/new', allowed: true });
    expect(await read('/private/x')).toEqual({ location: '/private/x', allowed: false });
    expect(await read(`//${elsewhere.origin.slice(7)}/x`)).toMatchObject({ allowed: false });
    expect(upstream.requests).toHaveLength(before + 4);
  });
});
