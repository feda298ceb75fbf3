import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import type { Answer, Refusal } from '../../src/protocol/messages.ts';
import { english } from '../support/english.ts';
import { type GatewayInProcess, gatewayInProcess } from '../support/gatewayInProcess.ts';
import { type IdentityProvider, startIdentityProvider } from '../support/identityProvider.ts';
import { Keyholder } from '../support/keyholder.ts';

type Outcome = { answer: Answer } | { refusal: Refusal };

function answerOf(outcome: Outcome): Answer {
  if ('refusal' in outcome) throw new Error(`refused: ${JSON.stringify(outcome.refusal)}`);
  return outcome.answer;
}

function refusalOf(outcome: Outcome): Refusal {
  if ('answer' in outcome) throw new Error(`not refused: ${JSON.stringify(outcome.answer)}`);
  return outcome.refusal;
}

let idp: IdentityProvider;
let keyholder: Keyholder;

beforeEach(async () => {
  idp = await startIdentityProvider();
  keyholder = new Keyholder();
});

afterEach(() => idp.close());

function policy(grant: string, more: Record<string, unknown> = {}, service: Record<string, unknown> = {}): string {
  return JSON.stringify({
    services: {
      crm: {
        baseUrl: `${idp.origin}/api`,
        network: 'loopback',
        auth: { type: 'oauth2', grant, tokenUrl: idp.tokenUrl, clientId: idp.clientId, ...more },
        policies: [{ path: '/**', methods: ['GET', 'POST'] }],
        ...service,
      },
    },
  });
}

async function open(text: string, now?: () => number): Promise<GatewayInProcess> {
  return gatewayInProcess({ policy: text, keyholder, ...(now ? { now } : {}) });
}

async function withClientCredentials(now?: () => number): Promise<GatewayInProcess> {
  const text = policy('client_credentials', { scopes: ['read'] });
  keyholder.put(text, 'crm', idp.clientSecret);
  return open(text, now);
}

async function withRefreshToken(
  options: { now?: () => number; service?: Record<string, unknown> } = {},
): Promise<GatewayInProcess> {
  const text = policy('refresh_token', {}, options.service);
  const value = JSON.stringify({ clientSecret: idp.clientSecret, refreshToken: await idp.refreshToken() });
  keyholder.put(text, 'crm', value);
  return open(text, options.now);
}

describe('client credentials', () => {
  it('fetches a token once and sends it, with the policy’s scopes', async () => {
    const { read } = await withClientCredentials();
    expect(answerOf(await read('crm', '/a')).status).toBe(200);
    expect(answerOf(await read('crm', '/b')).status).toBe(200);
    expect(idp.requests).toHaveLength(1);
    expect(idp.requests[0]?.get('scope')).toBe('read');
  });

  it('makes one token request for fifty calls at once', async () => {
    const { read } = await withClientCredentials();
    const outcomes = await Promise.all(Array.from({ length: 50 }, (_, i) => read('crm', `/${i}`)));
    expect(outcomes.map((outcome) => answerOf(outcome).status)).toEqual(outcomes.map(() => 200));
    expect(idp.requests).toHaveLength(1);
  });

  it('shows the agent neither the token nor the client secret', async () => {
    const { read, log } = await withClientCredentials();
    const answer = answerOf(await read('crm', '/a'));
    const token = idp.apiCalls[0]?.token ?? '';
    expect(token.length).toBeGreaterThan(16);
    expect(answer.json).toEqual({ path: '/api/a', echo: 'Bearer [redacted:crm]' });
    expect(JSON.stringify([answer, log])).not.toContain(token);
    expect(log.join()).not.toContain(idp.clientSecret);
  });

  it('records the token request in the trail, apart from the call', async () => {
    const { read, log } = await withClientCredentials();
    await read('crm', '/a');
    expect(log.map((line) => line.split(' | ').slice(1, 5).join(' | '))).toEqual([
      'agent:valet-key | crm | POST /token | 200',
      'agent:claude | crm | GET /a | 200',
    ]);
  });

  it('renews a token early, before it ends', async () => {
    let ahead = 0;
    const { read } = await withClientCredentials(() => Date.now() + ahead);
    await read('crm', '/a');
    ahead = (3600 - 30) * 1000;
    expect(answerOf(await read('crm', '/b')).status).toBe(200);
    expect(idp.requests).toHaveLength(2);
    expect(idp.apiCalls[0]?.token).not.toBe(idp.apiCalls[1]?.token);
  });

  it('renews once and repeats a read when the API answers 401', async () => {
    const { read } = await withClientCredentials();
    await read('crm', '/a');
    idp.endTokens();
    expect(answerOf(await read('crm', '/b')).status).toBe(200);
    expect(idp.apiCalls.map(({ status }) => status)).toEqual([200, 401, 200]);
    expect(idp.requests).toHaveLength(2);
  });

  it('repeats nothing but a read, and says that the token was renewed', async () => {
    const { read, call } = await withClientCredentials();
    await read('crm', '/a');
    idp.endTokens();
    const refusal = refusalOf(await call({ service: 'crm', method: 'POST', path: '/b', json: {} }));
    expect(refusal).toMatchObject({ code: 'credential_rejected', sent: 'yes' });
    expect(refusal.nextStep).toMatch(/do not repeat/i);
    expect(idp.apiCalls.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(answerOf(await call({ service: 'crm', method: 'POST', path: '/b', json: {} })).status).toBe(200);
  });

  it('does not go on for ever when the API takes no token at all', async () => {
    const { read, gateway } = await withClientCredentials();
    idp.refusing = true;
    for (let i = 0; i < 5; i++) expect(refusalOf(await read('crm', '/a')).code).toBe('credential_rejected');
    expect(idp.requests).toHaveLength(2);
    expect((await gateway.status()).services[0]?.status).toBe('rejected');
  });

  it('tells a wrong client secret and a scope that is not granted apart', async () => {
    const wrong = policy('client_credentials');
    keyholder.put(wrong, 'crm', randomBytes(20).toString('hex'));
    const refusal = refusalOf(await (await open(wrong)).read('crm', '/a'));
    expect(refusal).toMatchObject({ code: 'credential_rejected', sent: 'no' });
    expect(refusal.message).toContain('invalid_client');
    const wide = policy('client_credentials', { scopes: ['admin'] });
    keyholder.put(wide, 'crm', idp.clientSecret);
    const scope = refusalOf(await (await open(wide)).read('crm', '/a'));
    expect(scope.code).toBe('credential_rejected');
    expect(scope.nextStep).toContain('scopes');
  });

  it('asks nothing of the token endpoint while the service is frozen', async () => {
    const { read, gateway } = await withClientCredentials();
    await gateway.set({ freeze: { all: true, services: [] } });
    expect(refusalOf(await read('crm', '/a')).code).toBe('frozen');
    expect(idp.requests).toHaveLength(0);
  });

  it('ends a token request that is under way when the user freezes', async () => {
    const { read, gateway } = await withClientCredentials();
    idp.trouble = 'silent';
    const call = read('crm', '/a');
    await expect.poll(() => idp.requests.length).toBe(1);
    const started = performance.now();
    await gateway.set({ freeze: { all: false, services: ['crm'] } });
    expect(refusalOf(await call).code).toBe('frozen');
    await expect.poll(() => idp.abandoned).toBe(1);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('asks no token endpoint that the administrator does not list', async () => {
    const text = policy('client_credentials', { tokenUrl: 'http://127.0.0.1:1/token' });
    keyholder.put(text, 'crm', idp.clientSecret);
    const { read, gateway } = await open(text);
    await gateway.set({
      policies: [
        { id: 'user', label: 'policy', approved: text, written: text, grants: true },
        { id: 'admin', label: 'admin.yaml', written: JSON.stringify({ allowedOrigins: [idp.origin] }), grants: false },
      ],
    });
    const refusal = refusalOf(await read('crm', '/a'));
    expect(refusal.code).toBe('policy_not_approved');
    expect(refusal.message).toContain('http://127.0.0.1:1');
  });

  it('sends the secret nowhere but to the token endpoint for which it was entered', async () => {
    const text = policy('client_credentials');
    keyholder.put(text, 'crm', idp.clientSecret);
    const elsewhere = text.replace('/token"', '/token/other"');
    const { read } = await open(elsewhere);
    expect(refusalOf(await read('crm', '/a')).code).toBe('origin_not_confirmed');
    expect(idp.requests).toHaveLength(0);
  });
});

describe('a refresh token', () => {
  it('is renewed once for fifty calls in two windows, and its successor is stored', async () => {
    const one = await withRefreshToken();
    const two = await open(policy('refresh_token'));
    const before = keyholder.stored('crm');
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? one : two).read('crm', `/${i}`)),
    );
    expect(outcomes.map((outcome) => answerOf(outcome).status)).toEqual(outcomes.map(() => 200));
    expect(idp.requests).toHaveLength(1);
    expect(keyholder.stored('crm')?.equals(before ?? new Secret(''))).toBe(false);
  });

  it('is never used twice', async () => {
    let ahead = 0;
    const now = (): number => Date.now() + ahead;
    const one = await withRefreshToken({ now });
    const two = await open(policy('refresh_token'), now);
    for (let round = 0; round < 4; round++) {
      const both = await Promise.all([one.read('crm', '/a'), two.read('crm', '/b')]);
      expect(both.map((outcome) => answerOf(outcome).status)).toEqual([200, 200]);
      ahead += 3600 * 1000;
      idp.endTokens();
    }
    const used = idp.requests.map((body) => body.get('refresh_token'));
    expect(used).toHaveLength(4);
    expect(new Set(used).size).toBe(used.length);
  });

  it('is stored before it is used, and read back', async () => {
    const { read } = await withRefreshToken();
    let stored: (() => void) | undefined;
    keyholder.stall = (call, when) =>
      call === 'storeRenewal' && when === 'after'
        ? new Promise<void>((resolve) => {
            stored = resolve;
          })
        : Promise.resolve();
    const call = read('crm', '/a');
    await expect.poll(() => stored !== undefined).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(idp.apiCalls).toHaveLength(0);
    stored?.();
    expect(answerOf(await call).status).toBe(200);
    expect(keyholder.calls).toEqual(['leaseRenewal', 'storeRenewal', 'releaseRenewal']);
  });

  it('outlives an outage of the provider, which an agent is told of by name', async () => {
    const { read, gateway } = await withRefreshToken({ service: { limits: { timeout: '1s' } } });
    const before = keyholder.stored('crm');
    idp.trouble = 'error';
    const refusal = refusalOf(await read('crm', '/a'));
    expect(refusal).toMatchObject({ code: 'upstream_unreachable', sent: 'no' });
    expect(refusal.message).toContain(new URL(idp.origin).host);
    expect(refusal.retryAfterMs).toBeGreaterThan(0);
    await read('crm', '/a');
    expect(idp.requests, 'no request while it backs off').toHaveLength(1);
    expect(before && keyholder.stored('crm')?.equals(before)).toBe(true);
    expect((await gateway.status()).services[0]?.status).toBe('ready');
    idp.trouble = 'none';
    await expect.poll(async () => 'answer' in (await read('crm', '/a')), { timeout: 5000 }).toBe(true);
  });

  it('serves on with a living token while the provider is away', async () => {
    let ahead = 0;
    const { read } = await withRefreshToken({ now: () => Date.now() + ahead });
    await read('crm', '/a');
    idp.trouble = 'error';
    ahead = (3600 - 30) * 1000;
    expect(answerOf(await read('crm', '/b')).status).toBe(200);
    expect(idp.requests).toHaveLength(2);
  });

  it('that was revoked is said to be, and is not sent again', async () => {
    const text = policy('refresh_token');
    keyholder.put(
      text,
      'crm',
      JSON.stringify({ clientSecret: idp.clientSecret, refreshToken: randomBytes(20).toString('hex') }),
    );
    const { read, gateway } = await open(text);
    for (let i = 0; i < 3; i++) {
      const refusal = refusalOf(await read('crm', '/a'));
      expect(refusal).toMatchObject({ code: 'credential_rejected', sent: 'no' });
      expect(refusal.message).toContain('invalid_grant');
      expect(refusal.nextStep).toContain('sign in again');
    }
    expect(idp.requests).toHaveLength(1);
    expect((await gateway.status()).services[0]?.status).toBe('rejected');
  });

  it('takes another one that the user enters at once', async () => {
    const text = policy('refresh_token');
    keyholder.put(
      text,
      'crm',
      JSON.stringify({ clientSecret: idp.clientSecret, refreshToken: randomBytes(20).toString('hex') }),
    );
    const { read, gateway } = await open(text);
    await read('crm', '/a');
    keyholder.put(
      text,
      'crm',
      JSON.stringify({ clientSecret: idp.clientSecret, refreshToken: await idp.refreshToken() }),
    );
    await gateway.set({ credentials: keyholder.set() });
    expect(answerOf(await read('crm', '/a')).status).toBe(200);
  });

  it('finishes a renewal that a freeze finds on the wire, so that its successor is not lost', async () => {
    const { read, gateway } = await withRefreshToken();
    const before = keyholder.stored('crm');
    idp.trouble = 'slow';
    const call = read('crm', '/a');
    await expect.poll(() => idp.requests.length).toBe(1);
    await gateway.set({ freeze: { all: true, services: [] } });
    expect(refusalOf(await call).code).toBe('frozen');
    await expect.poll(() => before && keyholder.stored('crm')?.equals(before)).toBe(false);
    idp.trouble = 'none';
    await gateway.set({ freeze: { all: false, services: [] } });
    expect(answerOf(await read('crm', '/a')).status).toBe(200);
    expect(idp.requests).toHaveLength(1);
  });

  it('is kept in memory, and stored later, when storing it fails', async () => {
    let ahead = 0;
    const { read } = await withRefreshToken({ now: () => Date.now() + ahead });
    const before = keyholder.stored('crm');
    keyholder.stall = async (call, when) => {
      if (call === 'storeRenewal' && when === 'before') throw new Error('the keyring is locked');
    };
    expect(answerOf(await read('crm', '/a')).status).toBe(200);
    expect(before && keyholder.stored('crm')?.equals(before)).toBe(true);
    keyholder.stall = async () => undefined;
    ahead = 3600 * 1000;
    expect(answerOf(await read('crm', '/b')).status).toBe(200);
    expect(new Set(idp.requests.map((body) => body.get('refresh_token'))).size).toBe(idp.requests.length);
  });

  it('and what came of it are taken out of whatever the API repeats', async () => {
    const { read } = await withRefreshToken();
    const answer = answerOf(await read('crm', '/a'));
    expect(answer.json).toEqual({ path: '/api/a', echo: 'Bearer [redacted:crm]' });
  });
});

describe('a credential that the user tries before it is stored', () => {
  it('comes back renewed when trying it used it up', async () => {
    const text = policy('refresh_token', {}, { verify: { path: '/me' } });
    keyholder.put(
      text,
      'crm',
      JSON.stringify({ clientSecret: idp.clientSecret, refreshToken: 'an-older-refresh-token' }),
    );
    const { gateway, read } = await open(text);
    const typed = new Secret(
      JSON.stringify({ clientSecret: idp.clientSecret, refreshToken: await idp.refreshToken() }),
    );
    const [stored] = keyholder.set().current;
    if (!stored) throw new Error('no credential');
    const verified = await gateway.verify('crm', undefined, { candidate: { value: typed, binding: stored.binding } });
    expect(verified.outcome).toBe('ready');
    expect(verified.renewal?.value.equals(typed)).toBe(false);
    expect(keyholder.calls).toEqual([]);
    keyholder.put(text, 'crm', verified.renewal?.value.expose('sign') ?? '');
    await gateway.set({ credentials: keyholder.set() });
    expect(answerOf(await read('crm', '/a')).status).toBe(200);
    expect(idp.requests).toHaveLength(1);
  });

  it('is rejected when the provider does not take it', async () => {
    const text = policy('client_credentials', {}, { verify: { path: '/me' } });
    keyholder.put(text, 'crm', idp.clientSecret);
    const { gateway } = await open(text);
    const [stored] = keyholder.set().current;
    if (!stored) throw new Error('no credential');
    const value = new Secret(randomBytes(20).toString('hex'));
    const verified = await gateway.verify('crm', undefined, { candidate: { value, binding: stored.binding } });
    expect(verified).toMatchObject({ outcome: 'rejected' });
    expect(english(verified).why).toContain('invalid_client');
    expect((await gateway.status()).services[0]?.status).toBe('ready');
  });
});

describe('an authorization code', () => {
  it('is exchanged with its verifier for a credential that works and renews itself', async () => {
    const text = policy('authorization_code', { authorizationUrl: `${idp.origin}/auth` });
    keyholder.put(text, 'crm', JSON.stringify({ clientSecret: idp.clientSecret }));
    const { gateway, read } = await open(text);
    const verifier = randomBytes(32).toString('base64url');
    const redirectUri = 'https://callback.example/back';
    const code = await idp.authorizationCode(redirectUri, createHash('sha256').update(verifier).digest('base64url'));
    const [credential] = keyholder.set().current;
    if (!credential) throw new Error('no credential');
    const redeemed = await gateway.redeem('crm', {
      candidate: { value: new Secret(idp.clientSecret), binding: credential.binding },
      code: new Secret(code),
      verifier: new Secret(verifier),
      redirectUri,
    });
    if ('refusal' in redeemed) throw new Error(JSON.stringify(redeemed.refusal));
    keyholder.put(text, 'crm', redeemed.renewal.value.expose('sign'));
    await gateway.set({ credentials: keyholder.set() });
    expect(answerOf(await read('crm', '/a')).status).toBe(200);
    expect(idp.requests).toHaveLength(1);
    idp.endTokens();
    expect(answerOf(await read('crm', '/b')).status).toBe(200);
    expect(idp.requests.map((body) => body.get('grant_type'))).toEqual(['authorization_code', 'refresh_token']);
  });
});
