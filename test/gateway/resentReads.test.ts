import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditRecord } from '../../src/core/audit/auditEvent.ts';
import type { Call } from '../../src/core/request/arguments/call.ts';
import { gatewayInProcess } from '../support/gatewayInProcess.ts';
import { freshKey } from '../support/serve.ts';
import { until } from '../support/until.ts';

const GOOD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}';

/** How the server takes the requests of one connection after the first one. */
type Second = (socket: net.Socket) => void;
const reset: Second = (socket) => void socket.resetAndDestroy();
const close: Second = (socket) => void socket.destroy();
const half: Second = (socket) => {
  socket.write('HTTP/1.1 200 OK\r\ncontent-le');
  setTimeout(() => socket.destroy(), 50);
};

let server: net.Server;
let second: Second;
/** The requests in all, and whether the first one of a connection is answered. */
let requests: string[];
let answersFirst: boolean;
let folder: string;

beforeEach(async () => {
  [requests, answersFirst] = [[], true];
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-audit-'));
  server = net.createServer((socket) => {
    let before = 0;
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      requests.push(bytes.toString().split(' ')[0] ?? '');
      if (before++ === 0 && answersFirst) socket.write(GOOD);
      else second(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

async function gateway(): Promise<(call: Partial<Call>) => Promise<unknown>> {
  const origin = `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
  const policies = [{ path: '/**', methods: ['GET', 'HEAD', 'POST', 'OPTIONS'] }];
  const api = { baseUrl: origin, network: 'loopback', auth: { type: 'bearer' }, policies, limits: { timeout: '2s' } };
  const running = await gatewayInProcess({
    policy: JSON.stringify({ services: { api } }),
    credentials: [['api', origin, freshKey()]],
    auditDir: folder,
  });
  return (call) => running.call({ service: 'api', method: 'GET', path: '/x', tool: 'read', ...call });
}

async function records(): Promise<AuditRecord[]> {
  const lines = (): AuditRecord[] =>
    fs
      .readdirSync(folder)
      .flatMap((name) => fs.readFileSync(path.join(folder, name), 'utf8').split('\n'))
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as AuditRecord)
      .filter(({ service }) => service === 'api');
  await until(() => lines().filter(({ kind }) => kind === 'outcome').length >= 2, 'the outcomes are recorded');
  return lines();
}

describe('a read whose connection was closed meanwhile', () => {
  it.each([
    ['reset', reset],
    ['closed', close],
  ])('is sent once more where it was %s, with an intent of its own', async (_, how) => {
    second = how;
    const call = await gateway();
    expect(await call({})).toMatchObject({ answer: { status: 200 } });
    expect(await call({})).toMatchObject({ answer: { status: 200 } });
    expect(requests).toEqual(['GET', 'GET', 'GET']);
    const all = await records();
    expect(all.map(({ kind, code }) => [kind, code])).toEqual([
      ['intent', undefined],
      ['outcome', undefined],
      ['intent', undefined],
      ['outcome', 'upstream_unreachable'],
      ['intent', undefined],
      ['outcome', undefined],
    ]);
    const [, , first, , again, outcome] = all;
    expect(again).toMatchObject({ retryOf: first?.id, requestHash: first?.requestHash });
    expect(again?.id).not.toBe(first?.id);
    expect(outcome).toMatchObject({ id: again?.id, retryOf: first?.id, status: 200 });
  });

  it('is sent once more, and not twice', async () => {
    second = reset;
    const call = await gateway();
    await call({});
    answersFirst = false;
    expect(await call({})).toMatchObject({ refusal: { code: 'upstream_unreachable', sent: 'unknown' } });
    expect(requests).toHaveLength(3);
  });

  it.each([
    ['came in part', {}, half],
    ['was not asked for by read', { tool: 'execute' }, reset],
    ['was a write', { tool: 'execute', method: 'POST', json: {} }, reset],
  ] as readonly (readonly [string, Partial<Call>, Second])[])('is not where it %s', async (_, args, how) => {
    second = how;
    const call = await gateway();
    await call({});
    expect(await call(args)).toMatchObject({ refusal: { sent: expect.stringMatching(/yes|unknown/) as string } });
    expect(requests).toHaveLength(2);
  });

  it('is not on a new connection', async () => {
    [second, answersFirst] = [reset, false];
    const call = await gateway();
    expect(await call({})).toMatchObject({ refusal: { sent: 'unknown' } });
    expect(requests).toHaveLength(1);
  });
});

describe('a call that broke', () => {
  it.each(['GET', 'HEAD', 'OPTIONS'])('may be called again where it was a %s', async (method) => {
    [second, answersFirst] = [reset, false];
    const call = await gateway();
    const result = await call({ tool: 'execute', method });
    expect(result).toMatchObject({ refusal: { nextStep: expect.stringContaining('call again once') as string } });
  });

  it('may be called again where a read had no answer in time', async () => {
    [second, answersFirst] = [() => undefined, false];
    const result = await (await gateway())({});
    expect(result).toMatchObject({
      refusal: { code: 'upstream_timeout', nextStep: expect.stringContaining('call again once') as string },
    });
  });

  it('is never to be repeated where it was a write', async () => {
    [second, answersFirst] = [reset, false];
    const result = await (await gateway())({ tool: 'execute', method: 'POST', json: {} });
    expect(result).toMatchObject({ refusal: { nextStep: expect.stringContaining('Do not repeat') as string } });
  });
});
