import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import type { VerifyingRequest } from '../../src/core/services/verifyingRequest.ts';
import type { Candidate } from '../../src/gateway/control/controlPort.ts';
import { connectGateway } from '../../src/gateway/control/pipe.ts';
import { english } from '../support/english.ts';
import { forkGateway } from '../support/forkedGateway.ts';
import { type GatewayInProcess, gatewayInProcess } from '../support/gatewayInProcess.ts';
import { freshKey } from '../support/serve.ts';
import { until } from '../support/until.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

const key = freshKey();
const candidateKey = freshKey();
const ME: VerifyingRequest = { method: 'GET', path: '/v1/me' };
const DAY_MS = 24 * 60 * 60 * 1000;

/** What the API says to each path; `/hang` and the rest are the upstream's own. */
const answers = new Map<string, readonly [status: number, body: unknown, headers?: Record<string, string>]>();
let upstream: Upstream;
let under: GatewayInProcess;

beforeAll(async () => {
  upstream = await startUpstream({
    handle: (request, response) => {
      const answer = answers.get(request.target);
      if (!answer) return false;
      const [status, body, headers] = answer;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
      return true;
    },
  });
});
afterAll(() => upstream?.close());
afterEach(() => answers.clear());

function policy(more = '', rules = '[]', name = 'api'): string {
  return `services:\n  ${name}:\n    baseUrl: ${upstream.origin}\n    network: loopback\n    auth: { type: bearer }\n    policies: ${rules}\n${more}`;
}

async function start(text = policy(), credential = key, auditDir?: string): Promise<GatewayInProcess> {
  under = await gatewayInProcess({
    policy: text,
    ...(auditDir ? { auditDir } : {}),
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    credentials: [['api', upstream.origin, credential]],
  });
  return under;
}

function candidate(origin = upstream.origin, more: Partial<Candidate> = {}): Candidate {
  return { value: new Secret(candidateKey), binding: { origin, placement: 'bearer' }, ...more };
}

async function statusOf(name = 'api'): Promise<string | undefined> {
  return (await under.gateway.status()).services.find((service) => service.name === name)?.status;
}

const carried = (): string | undefined => upstream.requests.at(-1)?.headers.authorization;

describe('a verification', () => {
  it.each([
    [200, { outcome: 'ready', status: 200 }, 'ready'],
    [204, { outcome: 'ready', status: 204 }, 'ready'],
    [401, { outcome: 'rejected', status: 401 }, 'rejected'],
    [403, { outcome: 'limited', status: 403 }, 'ready'],
    [404, { outcome: 'unverified', status: 404 }, 'unverified'],
    [500, { outcome: 'unverified', status: 500 }, 'unverified'],
  ] as const)('reads %i as %o, and the service shows as %s', async (status, outcome, shown) => {
    const { gateway } = await start();
    answers.set('/v1/me', [status, {}]);
    expect(await gateway.verify('api', ME)).toMatchObject(outcome);
    expect(carried()).toBe(`Bearer ${key}`);
    expect(await statusOf()).toBe(shown);
  });

  it('needs no rule, and stands in the audit trail as what it is', async () => {
    const { gateway, log } = await start();
    answers.set('/v1/me', [200, { you: key }]);
    await gateway.verify('api', ME);
    expect(log.at(-1)).toMatch(/\| agent:person \| api \| GET \/v1\/me \| 200 \|/);
    expect(log.join()).not.toContain(key);
    expect(await under.read('api', '/v1/me')).toMatchObject({ refusal: { code: 'policy_denied' } });
  });

  it('sends what the policy names before what is known', async () => {
    const { gateway } = await start(policy('    verify: { method: HEAD, path: /own?full=1 }\n'));
    await gateway.verify('api', ME);
    expect(upstream.requests.at(-1)).toMatchObject({ method: 'HEAD', target: '/own?full=1' });
  });

  it('says that it cannot be done when nobody knows a request', async () => {
    const { gateway } = await start();
    const before = upstream.requests.length;
    expect(await gateway.verify('api', undefined)).toMatchObject({ outcome: 'unverified' });
    expect(upstream.requests).toHaveLength(before);
  });

  it('is no exception from the canonicaliser, trust, freeze or the destination', async () => {
    const { gateway } = await start();
    const before = upstream.requests.length;
    const unverified = { outcome: 'unverified', why: expect.anything() };
    expect(await gateway.verify('api', { method: 'GET', path: '/a/../b' })).toMatchObject(unverified);
    expect(await gateway.verify('unknown', ME)).toMatchObject(unverified);
    await gateway.set({ freeze: { all: false, services: ['api'] } });
    expect(await gateway.verify('api', ME)).toMatchObject(unverified);
    await gateway.set({ freeze: { all: false, services: [] } });
    await gateway.set({ window: { hostPid: 1, folders: [], trusted: false, focusedAt: 0 } });
    expect(await gateway.verify('api', ME)).toMatchObject(unverified);
    await gateway.set({ window: { hostPid: 1, folders: [], trusted: true, focusedAt: 0 } });
    await gateway.set({
      credentials: {
        current: [
          { service: 'api', value: new Secret(key), binding: { origin: 'https://a.example', placement: 'bearer' } },
        ],
        retired: [],
        revoked: [],
      },
    });
    expect(await gateway.verify('api', ME)).toMatchObject(unverified);
    expect(upstream.requests).toHaveLength(before);
  });

  it('ends at once with a freeze, and when the user cancels it', async () => {
    const { gateway } = await start();
    const hang: VerifyingRequest = { method: 'GET', path: '/hang' };
    let before = upstream.requests.length;
    const first = gateway.verify('api', hang);
    await upstream.received(before + 1);
    await gateway.set({ freeze: { all: true, services: [] } });
    expect(english(await first)).toMatchObject({ outcome: 'unverified', why: 'All access is frozen.' });
    await gateway.set({ freeze: { all: false, services: [] } });
    before = upstream.requests.length;
    const controller = new AbortController();
    const second = gateway.verify('api', hang, { signal: controller.signal });
    await upstream.received(before + 1);
    controller.abort();
    expect(await second).toMatchObject({ outcome: 'unverified' });
    await until(() => upstream.requests.at(-1)?.aborted === true, 'the connection to be closed');
  });

  it('is not made without a record', async () => {
    const { gateway } = await start(policy(), key, '/dev/null/audit');
    const before = upstream.requests.length;
    expect(english(await gateway.verify('api', ME))).toMatchObject({
      outcome: 'unverified',
      why: expect.stringContaining('audit log'),
    });
    expect(upstream.requests).toHaveLength(before);
  });

  it('believes no 200 of an API that always says so', async () => {
    const { gateway } = await start();
    const slack: VerifyingRequest = { ...ME, proof: '/ok' };
    answers.set('/v1/me', [200, { ok: false, error: 'invalid_auth' }]);
    expect(await gateway.verify('api', slack)).toMatchObject({ outcome: 'rejected' });
    answers.set('/v1/me', [200, { ok: true }]);
    expect(await gateway.verify('api', slack)).toMatchObject({ outcome: 'ready' });
  });

  it('draws nothing from a 403 of an API that answers so to a wrong credential', async () => {
    const { gateway } = await start();
    answers.set('/v1/me', [403, {}]);
    expect(await gateway.verify('api', { ...ME, vague403: true })).toMatchObject({ outcome: 'unverified' });
  });

  it.each([
    ['a header', { header: 'x-expires' }, { 'x-expires': '2031-01-31 12:00:00 UTC' }, {}, Date.UTC(2031, 0, 31, 12)],
    [
      'the body',
      { pointer: '/result/expires_on' },
      {},
      { result: { expires_on: '2031-01-31T12:00:00Z' } },
      Date.UTC(2031, 0, 31, 12),
    ],
    ['a date alone', { pointer: '/expires_at' }, {}, { expires_at: '2031-01-31' }, Date.UTC(2031, 0, 31)],
    ['nothing', { pointer: '/expires_at' }, {}, { expires_at: null }, undefined],
    ['nonsense', { pointer: '/expires_at' }, {}, { expires_at: 'in a while' }, undefined],
  ] as const)('learns from %s when the credential ends', async (_where, expiry, headers, body, expected) => {
    const { gateway } = await start();
    answers.set('/v1/me', [200, body, headers]);
    expect((await gateway.verify('api', { ...ME, expiry })).expiresAt).toBe(expected);
  });
});

describe('a candidate', () => {
  it('is sent in place of the stored credential, and changes nothing', async () => {
    const { gateway, log } = await start();
    answers.set('/v1/me', [401, { you: candidateKey }]);
    expect(await gateway.verify('api', ME, { candidate: candidate() })).toMatchObject({ outcome: 'rejected' });
    expect(carried()).toBe(`Bearer ${candidateKey}`);
    expect(await statusOf()).toBe('ready');
    expect(log.join()).not.toContain(candidateKey);
  });

  it('goes only where it was entered for', async () => {
    const { gateway } = await start();
    const before = upstream.requests.length;
    for (const elsewhere of [
      candidate('https://evil.example'),
      candidate(upstream.origin, { binding: { origin: upstream.origin, placement: 'query:key' } }),
    ]) {
      expect(await gateway.verify('api', ME, { candidate: elsewhere })).toMatchObject({ outcome: 'unverified' });
    }
    expect(upstream.requests).toHaveLength(before);
  });

  it('is verified for a service that is only about to be added, which is not there afterwards', async () => {
    const { gateway } = await start();
    const text = policy('', '[]', 'fresh');
    expect(await gateway.verify('fresh', ME, { candidate: candidate(undefined, { policy: text }) })).toMatchObject({
      outcome: 'ready',
    });
    expect(carried()).toBe(`Bearer ${candidateKey}`);
    expect(await statusOf('fresh')).toBeUndefined();
    expect(await under.read('fresh', '/v1/me')).toMatchObject({ refusal: { code: 'unknown_service' } });
  });

  it('cannot lend another base URL to a service that is there', async () => {
    const { gateway } = await start();
    const before = upstream.requests.length;
    const text = policy().replace(upstream.origin, 'http://127.0.0.1:9');
    const lent = candidate('http://127.0.0.1:9', { policy: text });
    expect(await gateway.verify('api', ME, { candidate: lent })).toMatchObject({ outcome: 'unverified' });
    expect(upstream.requests).toHaveLength(before);
  });

  it('is frozen with everything else', async () => {
    const { gateway } = await start();
    await gateway.set({ freeze: { all: true, services: [] } });
    const before = upstream.requests.length;
    const fresh = candidate(undefined, { policy: policy('', '[]', 'fresh') });
    expect(await gateway.verify('fresh', ME, { candidate: fresh })).toMatchObject({ outcome: 'unverified' });
    expect(upstream.requests).toHaveLength(before);
  });

  it('travels over the private pipe, and can be cancelled there', async () => {
    const forked = forkGateway();
    try {
      const control = await connectGateway(forked.process, forked.start, forked.events);
      await control.set({
        policies: [{ id: 'user', label: 'policy', approved: policy(), written: policy(), grants: true }],
      });
      answers.set('/v1/me', [200, {}]);
      expect(await control.verify('api', ME, { candidate: candidate() })).toMatchObject({ outcome: 'ready' });
      expect(carried()).toBe(`Bearer ${candidateKey}`);
      expect(await control.verify('api', ME)).toMatchObject({ outcome: 'unverified' });
      const before = upstream.requests.length;
      const controller = new AbortController();
      const hanging = control.verify(
        'api',
        { method: 'GET', path: '/hang' },
        { candidate: candidate(), signal: controller.signal },
      );
      await upstream.received(before + 1);
      controller.abort();
      expect(await hanging).toMatchObject({ outcome: 'unverified' });
      const explained = await control.explain({ tool: 'execute', service: 'api', method: 'GET', path: '/x' });
      expect(explained.refusal).toMatchObject({ code: 'policy_denied' });
      const performed = await control.perform({ tool: 'execute', service: 'api', method: 'GET', path: '/x' });
      expect(performed).toMatchObject({ refusal: { code: 'policy_denied' } });
      expect(forked.told.join()).not.toContain(candidateKey);
    } finally {
      await forked.end();
    }
  });
});

describe('what calls show of a credential', () => {
  const READ = '[{ path: /**, methods: [GET] }]';

  it('is rejected from a 401 until the next success', async () => {
    await start(policy('', READ));
    answers.set('/a', [401, {}]);
    await under.read('api', '/a');
    expect(await statusOf()).toBe('rejected');
    await under.read('api', '/status/500');
    expect(await statusOf()).toBe('rejected');
    await under.read('api', '/b');
    expect(await statusOf()).toBe('ready');
  });

  it('stays when the parent repeats itself, and goes with a rotation', async () => {
    const { gateway } = await start(policy('', READ));
    const tell = (value: string, condition?: 'rejected'): Promise<void> =>
      gateway.set({
        credentials: {
          current: [
            {
              service: 'api',
              value: new Secret(value),
              binding: { origin: upstream.origin, placement: 'bearer' },
              ...(condition ? { condition } : {}),
            },
          ],
          retired: [],
          revoked: [],
        },
      });
    answers.set('/a', [401, {}]);
    await under.read('api', '/a');
    await tell(key);
    expect(await statusOf()).toBe('rejected');
    await tell(candidateKey);
    expect(await statusOf()).toBe('ready');
    await tell(candidateKey, 'rejected');
    expect(await statusOf()).toBe('rejected');
    answers.clear();
    await under.read('api', '/a');
    await tell(candidateKey, 'rejected');
    expect(await statusOf()).toBe('ready');
  });

  it('ends when the provider said so, and is about to a week before', async () => {
    const { gateway } = await start();
    const endsIn = async (ms: number): Promise<string | undefined> => {
      await gateway.set({
        credentials: {
          current: [
            {
              service: 'api',
              value: new Secret(key),
              binding: { origin: upstream.origin, placement: 'bearer' },
              expiresAt: Date.now() + ms,
            },
          ],
          retired: [],
          revoked: [],
        },
      });
      return statusOf();
    };
    expect(await endsIn(8 * DAY_MS)).toBe('ready');
    expect(await endsIn(6 * DAY_MS)).toBe('expiring');
    expect(await endsIn(-1000)).toBe('expired');
  });
});

describe('explaining a request', () => {
  it('names the exact target and the rule, without the credential, and sends and records nothing', async () => {
    const text = policy('', '[{ path: /v1/**, methods: [GET] }]').replace(
      '{ type: bearer }',
      '{ type: query, name: key }',
    );
    const { gateway, log } = await start(text);
    await gateway.set({
      credentials: {
        current: [
          { service: 'api', value: new Secret(key), binding: { origin: upstream.origin, placement: 'query:key' } },
        ],
        retired: [],
        revoked: [],
      },
    });
    const [before, lines] = [upstream.requests.length, log.length];
    const allowed = await gateway.explain({ tool: 'execute', service: 'api', method: 'GET', path: '/v1/%61?b=2' });
    expect(allowed).toMatchObject({
      request: { method: 'GET', url: `${upstream.origin}/v1/a?b=2` },
      allowed: { file: 'policy', line: 6 },
    });
    const denied = await gateway.explain({
      tool: 'execute',
      service: 'api',
      method: 'POST',
      path: '/v1/a',
      json: { c: 3 },
    });
    expect(denied).toMatchObject({
      request: { method: 'POST', body: '{"c":3}' },
      refusal: { code: 'policy_denied', sent: 'no' },
    });
    const invalid = await gateway.explain({ tool: 'execute', service: 'api', method: 'GET', path: '/a\\b' });
    expect(invalid.request).toBeUndefined();
    expect(invalid.refusal).toMatchObject({ code: 'invalid_request' });
    expect([upstream.requests.length, log.length]).toEqual([before, lines]);
    expect(JSON.stringify([allowed, denied, invalid])).not.toContain(key);
  });

  it('says that a freeze or a missing credential would stop it', async () => {
    const { gateway } = await start(policy('', '[{ path: /**, methods: [GET] }]'));
    const ask = async (): Promise<string | undefined> =>
      (await gateway.explain({ tool: 'execute', service: 'api', method: 'GET', path: '/a' })).refusal?.code;
    expect(await ask()).toBeUndefined();
    await gateway.set({ freeze: { all: true, services: [] } });
    expect(await ask()).toBe('frozen');
    await gateway.set({ freeze: { all: false, services: [] } });
    await gateway.set({ credentials: { current: [], retired: [], revoked: [] } });
    expect(await ask()).toBe('missing_credential');
  });
});

describe('a call of the user’s own', () => {
  it('meets the policy, is redacted and recorded as an agent’s is', async () => {
    const { gateway, log } = await start(policy('', '[{ path: /echo, methods: [GET] }]'));
    const good = await gateway.perform({ tool: 'execute', service: 'api', method: 'GET', path: '/echo' });
    expect(good).toMatchObject({ answer: { status: 200 } });
    expect(JSON.stringify(good)).toContain('[redacted:api]');
    expect(JSON.stringify(good)).not.toContain(key);
    expect(log.at(-1)).toMatch(/\| agent:person \| api \| GET \/echo \| 200 \|/);
    const bad = await gateway.perform({ tool: 'execute', service: 'api', method: 'POST', path: '/echo', json: {} });
    expect(bad).toMatchObject({ refusal: { code: 'policy_denied', sent: 'no' } });
  });
});
