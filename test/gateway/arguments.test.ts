import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, freshKey, loopbackService, policyText, type Served, serve } from '../support/serve.ts';
import { until } from '../support/until.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

/** A write as models send it: nested, with nulls and with what is empty. */
const WRITE = {
  name: 'Ada',
  parent: null,
  tags: [],
  meta: {},
  lines: [{ sku: 'a', note: '', more: [null, { b: 1 }] }],
};

let upstream: Upstream;
let served: Served;
let agent: Agent;

beforeAll(async () => {
  upstream = await startUpstream();
  const refunds = { path: '/refunds', methods: ['POST'], body: { amount: { max: 5000 } } };
  served = await serve({
    approve: 'ask',
    policy: policyText({
      api: loopbackService(`${upstream.origin}/v1`),
      guarded: loopbackService(upstream.origin, {
        policies: [
          refunds,
          { path: '/list', methods: ['GET'], query: { limit: { max: 10 } } },
          { path: '/asks', methods: ['POST'], approval: 'always' },
        ],
      }),
    }),
    credentials: { api: freshKey(), guarded: freshKey() },
  });
  agent = await served.agent();
});

afterAll(async () => {
  await served?.stop();
  await upstream?.close();
});

/** What arrives at the API of a call. */
async function sentBy(tool: 'read' | 'execute', args: Record<string, unknown>): Promise<Upstream['requests'][number]> {
  const before = upstream.requests.length;
  await agent.ok(tool, { service: 'api', path: '/x', ...args });
  expect(upstream.requests).toHaveLength(before + 1);
  return upstream.requests.at(-1) as Upstream['requests'][number];
}

const post = { method: 'POST' };

describe('arguments as clients write them', () => {
  it.each<[string, object, string]>([
    ['an object', { json: WRITE }, JSON.stringify(WRITE)],
    ['the text of an object', { json: JSON.stringify(WRITE) }, JSON.stringify(WRITE)],
    ['a list', { json: [WRITE] }, JSON.stringify([WRITE])],
    ['the text of a list', { json: JSON.stringify([WRITE]) }, JSON.stringify([WRITE])],
    [
      'null and nothing for all others',
      { json: WRITE, form: {}, text: '', query: null, headers: {}, select: [], maxChars: null, reason: '' },
      JSON.stringify(WRITE),
    ],
    ['null for all others', { json: WRITE, form: null, text: null, query: null, reason: null }, JSON.stringify(WRITE)],
  ])('bring a JSON body to the API as it is meant: %s', async (_, args, body) => {
    const request = await sentBy('execute', { ...post, ...args });
    expect(request.body).toBe(body);
    expect(request.headers['content-type']).toBe('application/json');
    expect(request.target).toBe('/v1/x');
  });

  it('repeat a name of a form where the API wants that', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const request = await sentBy('execute', { ...post, headers, text: 'To=a&To=b&Body=Hello+world' });
    expect([...new URLSearchParams(request.body)]).toEqual([
      ['To', 'a'],
      ['To', 'b'],
      ['Body', 'Hello world'],
    ]);
    expect((await sentBy('execute', { ...post, form: { 'expand[]': ['a', 'b'] } })).body).toBe(
      'expand%5B%5D=a&expand%5B%5D=b',
    );
  });

  it('bring query, headers and what is wanted of the answer there, too', async () => {
    const texts = { query: 'limit=3', headers: '{"X-Request-Id":5}', select: '/path', maxChars: '5000' };
    const request = await sentBy('read', { ...texts, method: 'get' });
    expect([request.method, request.target, request.headers['x-request-id']]).toEqual(['GET', '/v1/x?limit=3', '5']);
    const { json } = await agent.ok('read', { service: 'api', path: '/x', ...texts });
    expect(json).toEqual({ path: '/v1/x' });
  });

  it('have no body and no type where nothing is given', async () => {
    for (const args of [{ form: {} }, { text: '' }, { json: null, form: null, text: null }]) {
      const request = await sentBy('execute', { method: 'DELETE', ...args });
      expect([request.body, request.headers['content-type']]).toEqual(['', undefined]);
    }
  });
});

describe('what is judged', () => {
  it('is what the text of a body says', async () => {
    const call = (amount: number): Record<string, unknown> => ({
      service: 'guarded',
      method: 'POST',
      path: '/refunds',
      json: JSON.stringify({ amount }),
    });
    expect(await agent.ok('execute', call(100))).toMatchObject({ status: 200 });
    expect(await agent.refused('execute', call(9000))).toMatchObject({ code: 'policy_denied', sent: 'no' });
  });

  it('is what the text of a query says', async () => {
    const list = { service: 'guarded', path: '/list' };
    for (const query of ['limit=3', '?limit=3', '{"limit":3}', { limit: 3 }]) {
      expect(await agent.ok('read', { ...list, query })).toMatchObject({ status: 200 });
    }
    for (const query of ['limit=30', '{"limit":30}', 'limit=3&limit=30']) {
      expect(await agent.refused('read', { ...list, query })).toMatchObject({ code: 'policy_denied' });
    }
  });

  it('is one request to the user and to the audit log, however it is written', async () => {
    const asks = { service: 'guarded', method: 'POST', path: '/asks' };
    const before = served.approvals.length;
    const first = agent.raw('execute', { ...asks, query: { note: 'x y' }, json: { amount: 5 } });
    await until(() => served.approvals.length > before, 'a question');
    const second = agent.raw('execute', { ...asks, query: 'note=x+y', json: '{ "amount": 5 }', form: null, text: '' });
    const { id, target } = served.approvals[before] ?? { id: '', target: '' };
    expect(target).toBe('/asks?note=x%20y');
    await served.order({ do: 'answer', approval: id, allow: true });
    // Whichever has passed, the other one waits for the same request's next question.
    await until(() => served.approvals.length > before + 1, 'another question');
    await served.order({ do: 'answer', approval: served.approvals[before + 1]?.id ?? '', allow: true });
    expect(await first).toMatchObject({ status: 200 });
    expect(await second).toMatchObject({ status: 200 });
    const intents = served.records().filter(({ kind, path }) => kind === 'intent' && path === '/asks');
    expect(intents).toHaveLength(2);
    expect(new Set(intents.map(({ requestHash }) => requestHash)).size).toBe(1);
  });

  it('is refused, recorded and not sent where a text is not clear', async () => {
    const before = upstream.requests.length;
    for (const json of ['{"amount":1,"amount":9000}', '{"amount":1', 'amount=1', '"{\\"amount\\":1}"']) {
      const refusal = await agent.refused('execute', { service: 'guarded', method: 'POST', path: '/refunds', json });
      expect(refusal).toMatchObject({ code: 'invalid_request', sent: 'no', service: 'guarded' });
      expect(refusal.nextStep).toContain('Send the object itself');
    }
    expect(upstream.requests).toHaveLength(before);
    // A refusal is recorded once its agent has it.
    await until(
      () => served.records().filter(({ code, path }) => code === 'invalid_request' && path === '/refunds').length === 4,
      'the records of all four',
    );
  });

  it('is told of in the words of the API for a nested query', async () => {
    const refusal = await agent.refused('read', { service: 'api', path: '/x', query: { created: { gte: 1 } } });
    expect(refusal.nextStep).toContain('"created[gte]"');
  });
});
