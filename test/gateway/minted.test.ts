import { randomBytes, randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import jsonwebtoken from 'jsonwebtoken';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parsePolicy } from '../../src/core/policy/read/parse.ts';
import { Matcher } from '../../src/core/redact/matcher.ts';
import { canonicalise } from '../../src/core/request/canonicalise.ts';
import { Secret } from '../../src/core/secret.ts';
import { Recorder } from '../../src/gateway/audit/recorder.ts';
import type { RefusalError } from '../../src/gateway/call/model/refusals.ts';
import type { GatewayEvents } from '../../src/gateway/control/controlPort.ts';
import { Transport } from '../../src/gateway/http/transport.ts';
import { GatewayState } from '../../src/gateway/state/gatewayState.ts';
import { Authenticator } from '../../src/gateway/targets/service/renewal/authenticator.ts';
import type { Answer, Refusal } from '../../src/protocol/messages.ts';
import { type GatewayInProcess, gatewayInProcess } from '../support/gatewayInProcess.ts';
import { Keyholder } from '../support/keyholder.ts';
import { freshKey } from '../support/serve.ts';
import { type RecordedRequest, startUpstream, type Upstream } from '../support/upstream.ts';

type Outcome = { answer: Answer } | { refusal: Refusal };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let upstream: Upstream;
let keyholder: Keyholder;
let gateway: GatewayInProcess;
let clock: number;
/** What the token endpoint answers. */
let tokens: () => { readonly status?: number; readonly body: Record<string, unknown> };
/** All that was sent by the gateway, or answered to it, and could give somebody access. */
let given: string[];
/** Calls `/later` wait for this. */
let later: Promise<void>;
let policy: string;

const json = (response: ServerResponse, status: number, body: unknown): true => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  return true;
};

function handle(request: RecordedRequest, response: ServerResponse): boolean {
  const { authorization, 'x-sig': signature } = request.headers;
  if (request.target !== '/token') given.push(String(authorization ?? signature).replace(/^Bearer |^.*Signature=/, ''));
  switch (request.target.split('?')[0]) {
    case '/token': {
      const { status = 200, body } = tokens();
      return json(response, status, body);
    }
    case '/401':
      return json(response, 401, {});
    case '/later':
      void later.then(() => json(response, 200, { echo: request.headers }));
      return true;
    case '/log':
      // As text in each encoding that people write signatures in, and as JSON.
      return json(response, 200, {
        given,
        hex: given.map((text) => Buffer.from(text, 'base64').toString('hex')),
        upper: given.map((text) => text.toUpperCase()),
        base64: given.map((text) => Buffer.from(text, 'hex').toString('base64')),
        url: given.map((text) => Buffer.from(text, 'hex').toString('base64url')),
        packed: given.map((text) => Buffer.from(text).toString('base64')),
      });
    default:
      return json(response, 200, { fine: true });
  }
}

beforeEach(async () => {
  given = [];
  clock = Date.now();
  keyholder = new Keyholder();
  upstream = await startUpstream({ handle: (request, response) => handle(request, response) });
});

afterEach(async () => {
  await upstream.close();
});

async function open(auth: Record<string, unknown>, credential: string): Promise<void> {
  policy = JSON.stringify({
    services: {
      api: {
        baseUrl: upstream.origin,
        network: 'loopback',
        auth,
        policies: [{ path: '/**', methods: ['GET', 'POST'] }],
      },
    },
  });
  keyholder.put(policy, 'api', credential);
  gateway = await gatewayInProcess({ policy, keyholder, now: () => clock });
}

const read = (path: string): Promise<Outcome> => gateway.read('api', path);
const post = (path: string, body: unknown = {}): Promise<Outcome> =>
  gateway.call({ service: 'api', method: 'POST', path, json: body });

/** What an agent gets of all that was given so far. */
async function log(): Promise<string> {
  const outcome = await read('/log');
  if ('refusal' in outcome) throw new Error(`refused: ${JSON.stringify(outcome.refusal)}`);
  return JSON.stringify(outcome);
}

/** Fails if the text has one of these, as it is or in an encoding. */
function expectNone(text: string, secrets: readonly string[]): void {
  for (const secret of new Set(secrets)) {
    // Only a signature is the same thing in both encodings: by its length and letters.
    const digest = /^(?:[0-9a-f]{2}){20,64}$/.test(secret)
      ? Buffer.from(secret, 'hex')
      : Buffer.from(/^[\w+/]+=*$/.test(secret) && !secret.includes('_') ? secret : '', 'base64');
    const forms = [
      secret,
      secret.toUpperCase(),
      Buffer.from(secret).toString('base64').slice(0, -2),
      digest.toString('hex'),
      digest.toString('base64').replace(/=+$/, ''),
      digest.toString('base64url'),
    ];
    for (const form of forms) expect(form !== '' && text.includes(form), `${secret} as ${form}`).toBe(false);
  }
}

const oauth = (): Record<string, unknown> => ({
  type: 'oauth2',
  grant: 'client_credentials',
  tokenUrl: `${upstream.origin}/token`,
  clientId: 'me',
});

describe('a token that an API answers 401 to', () => {
  const waitsForEcho = async (): Promise<void> => {
    let release = (): void => undefined;
    later = new Promise((resolve) => {
      release = resolve;
    });
    const slow = read('/later');
    await expect.poll(() => given.length).toBe(1);
    for (let i = 0; i < 70; i++) {
      await post('/401', { i });
      clock += 100;
    }
    release();
    expectNone(JSON.stringify(await slow), given);
  };

  it.each([
    ['jwt', { type: 'jwt', alg: 'HS256', claims: { iss: 'me' }, lifetime: '60m' }],
    ['jwt in a header', { type: 'jwt', alg: 'HS256', claims: { iss: 'me' }, name: 'x-sig', lifetime: '60m' }],
  ])(
    'is still taken out after 70 such answers to writes, and another made for one of them: %s',
    async (_name, auth) => {
      await open(auth, randomUUID());
      await waitsForEcho();
      expect(new Set(given).size).toBe(2);
    },
  );

  it('is still taken out where an issuer gave it, and asked for one more', async () => {
    tokens = () => ({ body: { access_token: freshKey(), token_type: 'Bearer', expires_in: 3600 } });
    await open(oauth(), randomUUID());
    await waitsForEcho();
    expect(upstream.requests.filter(({ target }) => target === '/token')).toHaveLength(2);
  });

  it('is replaced once a minute at most, for reads and writes alike, and a hundred times a day', async () => {
    tokens = () => ({ body: { access_token: freshKey(), token_type: 'Bearer', expires_in: 30 * 24 * 3600 } });
    await open(oauth(), randomUUID());
    for (let minute = 0; minute < 5; minute++) {
      for (let i = 0; i < 4; i++) {
        const outcome = await (i % 2 === 0 ? post('/401') : read('/401'));
        expect(outcome).toMatchObject({ refusal: { code: 'credential_rejected', sent: 'yes' } });
        clock += 14_000;
      }
      clock += 5000;
    }
    const fetched = (): number => upstream.requests.filter(({ target }) => target === '/token').length;
    expect(fetched()).toBeLessThanOrEqual(1 + 6);
    for (let i = 0; i < 200; i++) {
      await post('/401');
      clock += MINUTE;
    }
    expect(fetched()).toBeLessThanOrEqual(1 + 100 + 15);
    expectNone(await log(), given);
  }, 60_000);
});

describe('a token', () => {
  it.each([
    ['an hour', 3600, HOUR],
    ['a month', 30 * 24 * 3600, 30 * DAY],
  ])(
    'is taken out while it lives, here for %s, however many came after it',
    async (_name, expires_in, life) => {
      tokens = () => ({ body: { access_token: freshKey(), token_type: 'Bearer', expires_in } });
      await open(oauth(), randomUUID());
      await read('/x');
      for (let i = 0; i < 90; i++) {
        clock += Math.floor(life / 100);
        await post('/401');
      }
      expect(new Set(given).size).toBeGreaterThan(10);
      expectNone(await log(), given);
    },
    60_000,
  );

  it('whose issuer does not say when it ends is taken out as long as its credential is used, and a day more', async () => {
    tokens = () => ({ body: { access_token: freshKey(), token_type: 'Bearer' } });
    await open(oauth(), randomUUID());
    for (let i = 0; i < 100; i++) {
      await read('/x');
      clock += 3 * HOUR;
    }
    expect(new Set(given).size).toBe(100);
    expectNone(await log(), given);
    keyholder.put(policy, 'api', randomUUID());
    await gateway.gateway.set({ credentials: keyholder.set() });
    clock += 23 * HOUR;
    expectNone(await log(), given);
  }, 60_000);

  it('that ends at once is fetched ten times a minute and no more', async () => {
    tokens = () => ({ body: { access_token: freshKey(), token_type: 'Bearer', expires_in: 0 } });
    await open(oauth(), randomUUID());
    for (let i = 0; i < 10; i++) expect(await read('/x')).toMatchObject({ answer: { status: 200 } });
    const outcome = await read('/x');
    expect(outcome).toMatchObject({ refusal: { code: 'rate_limited', sent: 'no', service: 'api' } });
    const { retryAfterMs = 0, nextStep } = (outcome as { refusal: Refusal }).refusal;
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(MINUTE);
    expect(nextStep).toContain('Nothing was sent');
    expect(given).toHaveLength(10);
    clock += retryAfterMs;
    expect(await read('/x')).toMatchObject({ answer: { status: 200 } });
  });

  /** Each in the first answer of the token endpoint only. */
  const besides: readonly (readonly [name: string, more: object, status: number])[] = [
    ['an ID token beside it', { id_token: jsonwebtoken.sign({ sub: 'a' }, 'x'.repeat(32), { expiresIn: '2h' }) }, 200],
    ['a refresh token that nothing uses', { refresh_token: freshKey() }, 200],
    ['one within another object, as Slack has it', { authed_user: { access_token: freshKey() } }, 200],
    ['one of an answer that is an error', { error: 'server_error', access_token: freshKey() }, 500],
    ['one of an answer that refuses', { error: 'invalid_scope', accessToken: freshKey() }, 400],
  ];
  it.each(besides)(
    'that comes from a token endpoint is taken out, whatever becomes of it: %s',
    async (_name, more, status) => {
      let asked = 0;
      tokens = () => ({
        status: asked++ === 0 ? status : 200,
        body: { access_token: freshKey(), token_type: 'Bearer', expires_in: 3600, ...(asked === 1 ? more : {}) },
      });
      await open(oauth(), randomUUID());
      await read('/x');
      clock += 2 * MINUTE;
      const secrets = JSON.stringify(more).match(/[\w.-]{30,}/g) ?? [];
      expect(secrets).toHaveLength(1);
      given.push(...secrets);
      expectNone(await log(), secrets);
    },
  );

  it('that is long is known in a turn of its own, however many come in one answer', async () => {
    const long = (): string => randomBytes(12_000).toString('base64url');
    const more = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`other_${i}_token`, long()]));
    tokens = () => ({ body: { access_token: freshKey(), token_type: 'Bearer', expires_in: 3600, ...more } });
    await open(oauth(), randomUUID());
    const added = vi.spyOn(Matcher.prototype, 'add');
    const inTurns: number[] = [];
    const turn = (): void => {
      inTurns.push(added.mock.calls.length);
      added.mockClear();
      next = setImmediate(turn);
    };
    let next = setImmediate(turn);
    try {
      expect(await read('/x')).toMatchObject({ answer: { status: 200 } });
    } finally {
      clearImmediate(next);
      added.mockRestore();
    }
    // Each is added to two matchers.
    expect(inTurns.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(2 * 13);
    expect(Math.max(...inTurns)).toBeLessThanOrEqual(2 * 3);
    expectNone(await log(), Object.values(more));
  });

  it('that was renewed stays known while it may live, though its refresh token was replaced', async () => {
    tokens = () => ({
      body: { access_token: freshKey(), token_type: 'Bearer', expires_in: 7 * 24 * 3600, refresh_token: freshKey() },
    });
    const old = freshKey();
    await open(
      { ...oauth(), grant: 'refresh_token' },
      JSON.stringify({ refreshToken: freshKey(), accessToken: old, accessTokenExpiresAt: clock + 5 * DAY }),
    );
    for (let day = 0; day < 4; day++) {
      await read('/401');
      clock += DAY + HOUR;
    }
    expect(given).toContain(old);
    expectNone(await log(), given);
  });
});

describe('a signature', () => {
  const hmac = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
    type: 'hmac',
    name: 'x-sig',
    sign: '{method}{newline}{target}{newline}{body}',
    ...more,
  });
  const dated = { sign: '{timestamp}{target}{body}', timestampHeader: 'x-time' };

  const kinds: readonly { readonly name: string; readonly auth: Record<string, unknown>; readonly key?: string }[] = [
    { name: 'sha256 in hex', auth: hmac() },
    { name: 'sha256 in base64', auth: hmac({ encoding: 'base64' }) },
    { name: 'sha512 in hex', auth: hmac({ hash: 'sha512' }) },
    { name: 'sha512 in base64', auth: hmac({ hash: 'sha512', encoding: 'base64' }) },
    { name: 'sha1 in hex', auth: hmac({ hash: 'sha1' }) },
    { name: 'sha1 in base64', auth: hmac({ hash: 'sha1', encoding: 'base64' }) },
    { name: 'with a nonce', auth: hmac({ sign: '{nonce}{target}', nonceHeader: 'x-nonce' }) },
    { name: 'with a date', auth: hmac(dated) },
    {
      name: 'of AWS',
      auth: { type: 'aws-sigv4', region: 'eu-central-1', service: 's3' },
      key: JSON.stringify({ accessKeyId: ['AK', 'IA', 'TESTTESTTESTTEST'].join(''), secretAccessKey: randomUUID() }),
    },
  ];
  it.each(kinds)(
    'is taken out after 100 more, in hexadecimal, base64 and what is made of them: $name',
    async ({ auth, key = randomUUID() }) => {
      await open(auth, key);
      await post('/pay', { amount: 1 });
      for (let i = 0; i < 100; i++) await read(`/x?i=${i}`);
      clock += 25 * MINUTE;
      expect(new Set(given).size).toBe(101);
      expectNone(await log(), given);
    },
  );

  it('without a date is taken out as long as its credential is used, and for a day after that', async () => {
    await open(hmac(), randomUUID());
    await post('/pay', { amount: 1 });
    clock += 300 * DAY;
    expectNone(await log(), given);
    keyholder.put(policy, 'api', randomUUID());
    await gateway.gateway.set({ credentials: keyholder.set() });
    const before = [...given];
    clock += 23 * HOUR;
    expectNone(await log(), before);
    clock += 2 * HOUR;
    expect(await log(), 'nothing is redacted that is worth nothing').toContain(before[0]);
  });

  it('is forgotten once its date has ended, and not before', async () => {
    await open(hmac(dated), randomUUID());
    await post('/pay', { amount: 1 });
    clock += 59 * MINUTE;
    const [first = ''] = given;
    expectNone(await log(), [first]);
    clock += 3 * MINUTE;
    expect(await log()).toContain(first);
  });

  it('of which an API shows all but an end is taken out, too', async () => {
    await open(hmac(), randomUUID());
    await post('/pay', { amount: 1 });
    const [first = ''] = given;
    given = [first.slice(0, 63), first.slice(1), first.slice(0, 20)];
    const text = await log();
    for (const piece of given) expect(text).not.toContain(piece);
  });

  it.each([
    ['without a date', hmac(), 20_000],
    ['with a date', hmac(dated), 30_000],
  ])(
    'is not made where that many are known already, %s; and none is forgotten for it',
    async (_name, auth, most) => {
      await open(auth, randomUUID());
      const service = parsePolicy(policy).policy?.services.get('api');
      if (!service) throw new Error('no service');
      const state = new GatewayState(() => clock);
      const { vault } = state;
      const recorder = new Recorder({
        gatewayId: '0123456789abcdef',
        directory: '/nowhere',
        requestHashKey: '00',
        events: { onLog: () => undefined } as unknown as GatewayEvents,
        now: () => clock,
        redactor: () => vault.redactor,
      });
      const authenticator = new Authenticator({
        state,
        transport: new Transport(),
        recorder,
        tokenStore: undefined,
        now: () => clock,
        log: () => undefined,
      });
      const key = new Secret(randomBytes(20).toString('hex'));
      const sign = async (i: number): Promise<string> => {
        const request = canonicalise({ service: 'api', method: 'GET', path: `/x?i=${i}` }, service);
        if (!request.ok) throw new Error('not canonical');
        const { headers } = await authenticator.inject(service, request.value, { value: key });
        return headers.find(([name]) => name === 'x-sig')?.[1] ?? '';
      };
      const first = await sign(0);
      for (let i = 1; i < most; i++) await sign(i);
      const refusal = await sign(most).catch((error: unknown) => (error as RefusalError).refusal);
      expect(refusal).toMatchObject({ code: 'rate_limited', sent: 'no', retryAfterMs: expect.any(Number) });
      if (most === 20_000) expect(await sign(0), 'the same request has the same signature').toBe(first);
      expect(vault.redactor.text(`x ${first} y`).text).toBe('x [redacted:api] y');
      clock += (refusal as Refusal).retryAfterMs ?? 0;
      expect(await sign(most)).toMatch(/^[0-9a-f]{64}$/);
    },
    120_000,
  );
});
