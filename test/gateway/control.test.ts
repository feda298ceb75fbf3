import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Refusal } from '../../src/protocol/messages.ts';
import { gatewayInProcess } from '../support/gatewayInProcess.ts';
import { type Agent, freshKey, loopbackService, policyText, type Served, serve } from '../support/serve.ts';
import { sleep, until } from '../support/until.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

const key = freshKey();
let upstream: Upstream;
let served: Served;
let agent: Agent;
/** Of `/counted`: how many requests the API is at, and the most that it ever was at. */
let underWay = 0;
let most = 0;

beforeAll(async () => {
  upstream = await startUpstream({
    handle: ({ target }, response) => {
      if (target !== '/counted') return false;
      most = Math.max(most, ++underWay);
      response.once('close', () => underWay--);
      setTimeout(() => response.end('{}'), 60);
      return true;
    },
  });
  const limited = (limits: object): object => loopbackService(upstream.origin, { limits });
  const services = {
    api: loopbackService(upstream.origin),
    other: loopbackService(upstream.origin),
    rated: limited({ requests: '3/second' }),
    narrow: limited({ concurrent: 2 }),
    single: limited({ concurrent: 1, timeout: '400ms' }),
    waiting: limited({ concurrent: 1 }),
    sized: limited({ requestBytes: '100B', responseBytes: '100B' }),
  };
  served = await serve({
    policy: policyText(services),
    credentials: Object.fromEntries(Object.keys(services).map((name) => [name, key])),
  });
  agent = await served.agent();
});

afterAll(async () => {
  await served?.stop();
  await upstream?.close();
});

/** Calls that hang at the upstream; gives their refusals with the time when each came. */
async function hanging(service: string, count: number): Promise<Promise<{ error: Refusal; at: number }>[]> {
  const before = upstream.requests.length;
  const calls = Array.from({ length: count }, () =>
    agent.refused('read', { service, path: '/hang' }).then((error) => ({ error, at: performance.now() })),
  );
  await upstream.received(before + count);
  return calls;
}

describe('a rotation', () => {
  it('under load loses no request, and each carries the old or a new key', async () => {
    const values = [key, ...Array.from({ length: 10 }, freshKey)];
    const before = upstream.requests.length;
    let rotating = true;
    let calls = 0;
    const callers = Array.from({ length: 16 }, async () => {
      do {
        calls++;
        expect((await agent.ok('read', { service: 'api', path: '/slow/2' })).status).toBe(200);
      } while (rotating);
    });
    for (const credential of values.slice(1)) {
      expect(await served.order({ do: 'rotate', service: 'api', credential })).toMatchObject({ ok: true });
      // On a busy machine no call may have come yet.
      await until(
        () => upstream.requests.slice(before).some(({ headers }) => headers.authorization === `Bearer ${credential}`),
        'a call with it',
      );
    }
    rotating = false;
    await Promise.all(callers);
    const carried = upstream.requests
      .slice(before)
      .map(({ headers }) => headers.authorization?.slice('Bearer '.length));
    expect(carried).toHaveLength(calls);
    for (const value of carried) expect(values).toContain(value);
    expect(new Set(carried).size).toBeGreaterThan(3);
    await agent.ok('read', { service: 'api', path: '/last' });
    expect(upstream.requests.at(-1)?.headers.authorization).toBe(`Bearer ${values.at(-1)}`);
  });
});

describe.each(['freeze', 'revoke'] as const)('a %s', (order) => {
  const code = order === 'freeze' ? 'frozen' : 'revoked';
  const undo = (): Promise<unknown> =>
    served.order(
      order === 'freeze' ? { do: 'unfreeze', service: 'api' } : { do: 'rotate', service: 'api', credential: key },
    );

  it('of one service ends its hanging calls within 100 ms, refuses later ones at once and leaves others alone', async () => {
    const calls = await hanging('api', 8);
    const [untouched] = await hanging('other', 1);
    const before = upstream.requests.length;
    const began = performance.now();
    expect(await served.order({ do: order, service: 'api' })).toMatchObject({ ok: true });
    for (const { error, at } of await Promise.all(calls)) {
      expect(error).toMatchObject({ code, sent: 'unknown', service: 'api' });
      expect(error.nextStep).not.toMatch(/again/);
      expect(at - began).toBeLessThan(100);
    }
    await until(() => upstream.requests.filter(({ aborted }) => aborted).length >= 8, 'the connections to be closed');
    const later = performance.now();
    expect(await agent.refused('read', { service: 'api', path: '/x' })).toMatchObject({ code, sent: 'no' });
    expect(performance.now() - later).toBeLessThan(100);
    expect(upstream.requests).toHaveLength(before);
    expect(await agent.ok('read', { service: 'other', path: '/x' })).toMatchObject({ status: 200 });
    await undo();
    await agent.ok('read', { service: 'api', path: '/x' });
    await served.order({ do: 'freeze', service: 'other' });
    expect((await untouched)?.error.code).toBe('frozen');
    await served.order({ do: 'unfreeze', service: 'other' });
  });
});

describe('a freeze of everything', () => {
  it('ends the calls of every service and outlives a reload of the policy', async () => {
    const calls = [...(await hanging('api', 4)), ...(await hanging('other', 4))];
    const began = performance.now();
    await served.order({ do: 'freeze' });
    for (const { error, at } of await Promise.all(calls)) {
      expect(error.code).toBe('frozen');
      expect(at - began).toBeLessThan(100);
    }
    await served.order({ do: 'reload' });
    await served.order({ do: 'rotate', service: 'api', credential: key });
    expect((await agent.refused('read', { service: 'api', path: '/x' })).code).toBe('frozen');
    await served.order({ do: 'unfreeze' });
    await agent.ok('read', { service: 'api', path: '/x' });
  });
});

describe('at the moment of sending', () => {
  it('a call that waited for its turn meets the policy of that moment', async () => {
    const before = upstream.requests.length;
    const giveUp = new AbortController();
    const first = agent.raw('read', { service: 'waiting', path: '/hang' }, giveUp.signal);
    await upstream.received(before + 1);
    const queued = agent.refused('execute', { service: 'waiting', method: 'POST', path: '/queued', json: 1 });
    await until(async () => Number((await served.order({ do: 'status' })).calls) === 2, 'the second call to wait');
    const text = fs.readFileSync(served.policyFile, 'utf8');
    const { services } = JSON.parse(text) as { services: Record<string, Record<string, unknown>> };
    const narrowed = { ...services.waiting, policies: [{ path: '/**', methods: ['GET'] }] };
    fs.writeFileSync(served.policyFile, JSON.stringify({ services: { ...services, waiting: narrowed } }));
    await served.order({ do: 'reload' });
    giveUp.abort();
    await expect(first).rejects.toThrow();
    expect(await queued).toMatchObject({ code: 'policy_denied', sent: 'no' });
    expect(upstream.requests).toHaveLength(before + 1);
    fs.writeFileSync(served.policyFile, text);
    await served.order({ do: 'reload' });
  });

  it('a call that is connecting meets the freeze, the policy and the credential of that moment', async () => {
    let release = (): void => undefined;
    let looking = 0;
    // A name of its own for each, so that none finds a connection that stands already.
    const names = ['freeze', 'policy', 'credential'] as const;
    const originOf = (name: string): string => upstream.origin.replace('127.0.0.1', `${name}.example`);
    const policyOf = (path: string): string =>
      policyText(
        Object.fromEntries(
          names.map((name) => [name, loopbackService(originOf(name), { policies: [{ path, methods: ['GET'] }] })]),
        ),
      );
    const local = await gatewayInProcess({
      policy: policyOf('/**'),
      credentials: names.map((name) => [name, originOf(name), key] as const),
      resolve: () =>
        new Promise((resolve) => {
          looking++;
          release = () => resolve([{ address: '127.0.0.1', family: 4 }]);
        }),
    });
    const before = upstream.requests.length;
    const meanwhile = async (name: string, change: () => Promise<void>): Promise<unknown> => {
      const count = looking;
      const call = local.read(name, '/while-connecting');
      await until(() => looking > count, 'the look-up');
      await change();
      release();
      return call;
    };
    try {
      const frozen = await meanwhile('freeze', () => local.gateway.set({ freeze: { all: true, services: [] } }));
      expect(frozen).toMatchObject({ refusal: { code: 'frozen', sent: 'no' } });
      await local.gateway.set({ freeze: { all: false, services: [] } });

      const denied = await meanwhile('policy', () => local.setPolicy(policyOf('/other')));
      expect(denied).toMatchObject({ refusal: { code: 'policy_denied', sent: 'no' } });
      await local.setPolicy(policyOf('/**'));

      const gone = { current: [], retired: [], revoked: [...names] };
      const revoked = await meanwhile('credential', () => local.gateway.set({ credentials: gone }));
      expect(revoked).toMatchObject({ refusal: { code: 'revoked', sent: 'no' } });
      await sleep(20);
      expect(upstream.requests).toHaveLength(before);
    } finally {
      local.close();
    }
  });
});

describe('limits', () => {
  it('a rate refuses what is too much, says how long to wait, and lets through again after that', async () => {
    const before = upstream.requests.length;
    const results = await Promise.all(
      Array.from({ length: 6 }, () => agent.raw('read', { service: 'rated', path: '/x' })),
    );
    const refusals = results.flatMap((result) => ('error' in result ? [result.error as Refusal] : []));
    expect(refusals).toHaveLength(3);
    for (const error of refusals) {
      expect(error).toMatchObject({ code: 'rate_limited', sent: 'no' });
      expect(error.retryAfterMs).toBeGreaterThan(0);
      expect(error.retryAfterMs).toBeLessThanOrEqual(1000);
    }
    expect(upstream.requests).toHaveLength(before + 3);
    await sleep(Math.max(...refusals.map(({ retryAfterMs }) => retryAfterMs ?? 0)) + 20);
    await agent.ok('read', { service: 'rated', path: '/x' });
  });

  it('so many at once and no more; the others wait their turn', async () => {
    const before = upstream.requests.length;
    await Promise.all(Array.from({ length: 6 }, () => agent.ok('read', { service: 'narrow', path: '/counted' })));
    expect(most).toBe(2);
    expect(upstream.requests).toHaveLength(before + 6);
  });

  it('who waits for the whole time-out is told so, and was not sent', async () => {
    const before = upstream.requests.length;
    const hang = { service: 'single', path: '/hang' };
    const first = agent.refused('read', hang);
    await upstream.received(before + 1);
    // The first gives way to the second after its time-out; by then the third has waited for nearly as long.
    const second = agent.refused('read', hang);
    const third = agent.refused('read', { service: 'single', path: '/x' });
    expect(await first).toMatchObject({ code: 'upstream_timeout', sent: 'unknown' });
    expect(await third).toMatchObject({ code: 'rate_limited', sent: 'no', retryAfterMs: expect.any(Number) });
    expect(await second).toMatchObject({ code: 'upstream_timeout', sent: 'unknown' });
    expect(upstream.requests).toHaveLength(before + 2);
  });

  it('the size of a request and of an answer', async () => {
    const before = upstream.requests.length;
    const post = (text: string): Record<string, unknown> => ({
      service: 'sized',
      method: 'POST',
      path: '/bytes/0',
      text,
    });
    await agent.ok('execute', post('x'.repeat(100)));
    expect(await agent.refused('execute', post('x'.repeat(101)))).toMatchObject({
      code: 'request_too_large',
      sent: 'no',
    });
    expect(upstream.requests).toHaveLength(before + 1);
    await agent.ok('read', { service: 'sized', path: '/bytes/100' });
    const error = await agent.refused('read', { service: 'sized', path: '/bytes/101' });
    expect(error).toMatchObject({ code: 'response_too_large', sent: 'yes' });
  });
});

describe('a gateway that is killed', () => {
  it('says of each call whether it may be repeated: a read changes nothing', async () => {
    const policies = [{ path: '/hang', methods: ['GET', 'HEAD', 'OPTIONS', 'POST', 'DELETE'] }];
    const policy = policyText({ api: loopbackService(upstream.origin, { policies }) });
    const running = await serve({ policy, credentials: { api: key } });
    const caller = await running.agent();
    const before = upstream.requests.length;
    const calls = [
      ['read', undefined, /call again once/],
      ['read', 'HEAD', /call again once/],
      ['execute', 'GET', /call again once/],
      ['execute', 'options', /call again once/],
      ['execute', 'POST', /^Do not repeat/],
      ['execute', 'DELETE', /^Do not repeat/],
    ] as const;
    const pending = calls.map(([tool, method]) => caller.refused(tool, { service: 'api', method, path: '/hang' }));
    await upstream.received(before + calls.length);
    running.process.kill('SIGKILL');
    for (const [index, [tool, method, wanted]] of calls.entries()) {
      const { code, sent, nextStep } = (await pending[index]) ?? {};
      expect([tool, method, code, sent]).toEqual([tool, method, 'gateway_unavailable', 'unknown']);
      expect([tool, method, nextStep]).toEqual([tool, method, expect.stringMatching(wanted)]);
    }
    await caller.close();
    await running.stop();
  });

  it('leaves its calls with an unknown end, and the same proxy finds the next gateway by itself', async () => {
    const policy = policyText({ api: loopbackService(upstream.origin) });
    const first = await serve({ policy, credentials: { api: key } });
    const caller = await first.agent();
    const before = upstream.requests.length;
    const pending = caller.refused('execute', { service: 'api', method: 'POST', path: '/hang', json: 1 });
    await upstream.received(before + 1);
    first.process.kill('SIGKILL');
    const lost = await pending;
    expect(lost).toMatchObject({ code: 'gateway_unavailable', sent: 'unknown' });
    expect(lost.nextStep).toMatch(/^Do not repeat/);
    expect(await caller.refused('read', { service: 'api', path: '/x' })).toMatchObject({
      code: 'gateway_unavailable',
      sent: 'no',
    });
    const second = await serve({ policy, credentials: { api: key }, folder: first.folder });
    expect(await caller.ok('read', { service: 'api', path: '/x' })).toMatchObject({ status: 200 });
    // The call that was cut off was not sent a second time by anybody.
    expect(upstream.requests.slice(before).filter(({ method }) => method === 'POST')).toHaveLength(1);
    await caller.close();
    await second.stop();
  });
});
