import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer, Refusal } from '../../src/protocol/messages.ts';
import { english } from '../support/english.ts';
import { type GatewayInProcess, gatewayInProcess } from '../support/gatewayInProcess.ts';
import { Keyholder } from '../support/keyholder.ts';
import { freshKey } from '../support/serve.ts';

/** What the token endpoint answers to the refresh token that it was given. */
let answer: (refreshToken: string) => {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: string;
};
let server: Server;
let origin: string;
let refreshTokens: string[];
let keyholder: Keyholder;
let under: GatewayInProcess;
let clock: number;
let first: string;

beforeEach(async () => {
  refreshTokens = [];
  first = freshKey();
  clock = Date.now();
  server = createServer((request, response) => {
    if (request.url !== '/token') return void response.end('{}');
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const token = new URLSearchParams(body).get('refresh_token') ?? '';
      refreshTokens.push(token);
      const { status = 200, headers = {}, body: text } = answer(token);
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  keyholder = new Keyholder();
  const auth = { type: 'oauth2', grant: 'refresh_token', tokenUrl: `${origin}/token`, clientId: 'client' };
  const crm = { baseUrl: origin, network: 'loopback', auth, policies: [{ path: '/**', methods: ['GET'] }] };
  const policy = JSON.stringify({ services: { crm } });
  keyholder.put(policy, 'crm', first);
  under = await gatewayInProcess({ policy, keyholder, now: () => clock });
});

afterEach(() => void server.close());

const read = (): Promise<{ answer: Answer } | { refusal: Refusal }> => under.read('crm', '/x');

async function refusal(): Promise<Refusal> {
  const outcome = await read();
  if ('answer' in outcome) throw new Error('not refused');
  return outcome.refusal;
}

describe('a token answer', () => {
  it.each([
    ['a life of null', { expires_in: null }],
    ['a negative life', { expires_in: -1 }],
    ['a life that is no number', { expires_in: 'soon' }],
    ['a scope of null', { scope: null }],
    ['a list of scopes', { scope: ['read'] }],
    ['no type', { token_type: undefined }],
    ['a type of its own', { token_type: 'bot' }],
    ['an identity that is none', { id_token: 7 }],
  ])('with %s does not lose the next refresh token', async (_name, odd) => {
    answer = () => ({
      body: JSON.stringify({ access_token: freshKey(), token_type: 'Bearer', refresh_token: freshKey(), ...odd }),
    });
    expect(await read()).toMatchObject({ answer: { status: 200 } });
    clock += 2 * 60 * 60_000;
    expect(await read()).toMatchObject({ answer: { status: 200 } });
    expect(refreshTokens).toHaveLength(2);
    expect(new Set(refreshTokens).size, 'none is sent twice').toBe(2);
  });

  it('whose refresh token is null leaves the one that there is', async () => {
    answer = () => ({ body: JSON.stringify({ access_token: freshKey(), token_type: 'Bearer', refresh_token: null }) });
    expect(await read()).toMatchObject({ answer: { status: 200 } });
    clock += 2 * 60 * 60_000;
    expect(await read()).toMatchObject({ answer: { status: 200 } });
    expect(refreshTokens).toEqual([first, first]);
  });

  it.each(['expires_in', 'refresh_token_expires_in'])(
    'with more than any date in %s leaves a credential that can be read, and a state that can be told',
    async (field) => {
      const [access, next] = [freshKey(), freshKey()];
      answer = () => ({
        body: `{"access_token":"${access}","token_type":"Bearer","refresh_token":"${next}","${field}":1e308}`,
      });
      expect(await read()).toMatchObject({ answer: { status: 200 } });
      expect((await under.gateway.status()).services).toMatchObject([{ name: 'crm', status: 'ready' }]);
      const stored = JSON.parse(keyholder.stored('crm')?.expose('store') ?? '') as object;
      expect(stored).toMatchObject({ refreshToken: next, accessTokenExpiresAt: expect.any(Number) });
    },
  );
});

describe('a token that no request can carry', () => {
  it.each([
    ['of %25', '%25'.repeat(70_000), 'more than 16384 characters'],
    ['of escapes in escapes', `%${'25'.repeat(100_000)}`, 'more than 16384 characters'],
    ['of letters', 'a'.repeat(16_385), 'more than 16384 characters'],
    ['with a letter outside ASCII', `${freshKey()}é`, 'printable ASCII'],
    ['with a line break', `${freshKey()}\n`, 'printable ASCII'],
  ])('%s is refused at once, for what it is, and the refresh token beside it is kept', async (_name, token, why) => {
    const next = freshKey();
    answer = () => ({ body: JSON.stringify({ access_token: token, token_type: 'Bearer', refresh_token: next }) });
    const before = process.cpuUsage();
    expect(await refusal()).toMatchObject({
      code: 'credential_rejected',
      message: expect.stringContaining(why),
      nextStep: expect.stringContaining('auth of crm'),
      sent: 'no',
    });
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(3_000);
    const stored = keyholder.stored('crm')?.expose('store') ?? '';
    expect(JSON.parse(stored)).toMatchObject({ refreshToken: next });
    expect(stored.length).toBeLessThan(32 * 1024);
    answer = () => ({ body: JSON.stringify({ access_token: freshKey(), token_type: 'Bearer' }) });
    clock += 2 * 60_000;
    expect(await read()).toMatchObject({ answer: { status: 200 } });
    expect(refreshTokens).toEqual([first, next]);
  });
});

describe('a token endpoint that is away', () => {
  beforeEach(() => {
    answer = () => ({ status: 503, headers: { 'retry-after': '999999999999' }, body: '{}' });
  });

  it('is asked again within an hour, whatever it says', async () => {
    expect((await refusal()).retryAfterMs).toBe(60 * 60_000);
    clock += 60 * 60_000 + 1;
    await refusal();
    expect(refreshTokens).toHaveLength(2);
  });

  it('is not left alone for longer because the clock was set back', async () => {
    await refusal();
    clock -= 24 * 60 * 60_000;
    await refusal();
    expect(refreshTokens).toHaveLength(2);
  });
});

describe('a token endpoint that refuses', () => {
  it('is named as the reason in the state of the service, without what it repeats', async () => {
    answer = () => ({ status: 400, body: '{"error":"invalid_scope"}' });
    await refusal();
    const [service] = english((await under.gateway.status()).services);
    expect(service).toMatchObject({
      status: 'rejected',
      remedy: 'policy',
      why: expect.stringContaining('invalid_scope'),
    });
    expect(service?.why).not.toMatch(/\b401\b/);
  });

  it('is not blamed on a clock that has no part in it', async () => {
    answer = () => ({
      status: 400,
      headers: { date: new Date(clock + 60 * 60_000).toUTCString() },
      body: '{"error":"invalid_grant"}',
    });
    expect((await refusal()).nextStep).toContain('sign in again');
    expect((await under.gateway.status()).services[0]).not.toHaveProperty('remedy');
  });
});
