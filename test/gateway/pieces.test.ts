import { afterEach, expect, it } from 'vitest';
import { type GatewayInProcess, gatewayInProcess } from '../support/gatewayInProcess.ts';
import { type RawUpstream, startRawUpstream } from '../support/rawUpstream.ts';
import { freshKey, loopbackService, policyText } from '../support/serve.ts';

let upstream: RawUpstream;
let under: GatewayInProcess;

afterEach(() => upstream.close());

const text = Array.from({ length: 8000 }, (_, i) => `line ${i}\n`).join('');
const type = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n';
const chunks = (size: number): string =>
  (text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [])
    .map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`)
    .join('');

it.each([
  ['with its length', `${type}content-length: ${text.length}\r\n\r\n${text}`, false],
  ['in chunks of one byte', `${type}transfer-encoding: chunked\r\n\r\n${chunks(1)}0\r\n\r\n`, false],
  ['in chunks of 5,000 bytes', `${type}transfer-encoding: chunked\r\n\r\n${chunks(5000)}0\r\n\r\n`, false],
  ['up to the end of the connection', `${type}\r\n${text}`, true],
  [
    'in chunks, and then the end',
    `${type}connection: close\r\ntransfer-encoding: chunked\r\n\r\n${chunks(1)}0\r\n\r\n`,
    true,
  ],
])('a body that comes %s arrives whole, and so does the next one', async (_how, bytes, ends) => {
  upstream = await startRawUpstream({
    respond: (_request, socket) => void (ends ? socket.end(bytes) : socket.write(bytes)),
  });
  under = await gatewayInProcess({
    policy: policyText({ api: loopbackService(upstream.origin, { policies: [{ path: '/**', methods: ['GET'] }] }) }),
    credentials: [['api', upstream.origin, freshKey()]],
  });
  for (const path of ['/one', '/two']) {
    const called = await under.call({ service: 'api', method: 'GET', path, maxChars: 80_000 });
    expect(called).toMatchObject({ answer: { status: 200, text } });
  }
  expect(upstream.connections).toBe(ends ? 2 : 1);
});
