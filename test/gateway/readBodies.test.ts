import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, freshKey, loopbackService, policyText, type Served, serve } from '../support/serve.ts';
import { settled } from '../support/until.ts';

// Real servers that read one kind of body, and no more parameters than usual: what is allowed is what they read.

/** Servers stop here without a word: PHP, Koa, Hapi, qs. */
const MAX_READ = 1000;

type Read = (body: string, type: string) => string | undefined;

const fromForm = (text: string): string | undefined =>
  new URLSearchParams(text.split('&').slice(0, MAX_READ).join('&')).get('amount') ?? undefined;

/** As PHP and Express with one parser do: what has another type is not looked at. */
const SERVERS: Readonly<Record<string, Read>> = {
  json: (body, type) => {
    if (type.split(';', 1)[0] !== 'application/json') return undefined;
    const { amount } = JSON.parse(body) as { amount?: unknown };
    return amount === undefined ? undefined : String(amount);
  },
  form: (body, type) => (type === 'application/x-www-form-urlencoded' ? fromForm(body) : undefined),
};

const EVERYTHING = 'everything';
const open: http.Server[] = [];
let served: Served;
let agent: Agent;

async function startServer(read: Read): Promise<string> {
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (data: Buffer) => {
      body += data.toString();
    });
    request.on('end', () => {
      const refunded = read(body, request.headers['content-type'] ?? '') ?? EVERYTHING;
      const limit = fromForm((request.url ?? '').replace(/^[^?]*\??/, '')) ?? EVERYTHING;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ refunded, limit }));
    });
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  const services: Record<string, object> = {};
  for (const [kind, read] of Object.entries(SERVERS)) {
    services[kind] = loopbackService(await startServer(read), {
      policies: [
        { path: '/refunds', methods: ['POST', 'PUT'], bodyType: kind, body: { amount: { max: 5000 } } },
        { path: '/rows', methods: ['GET'], query: { amount: { max: 10 } } },
        { path: '/open', methods: ['POST'] },
        { path: '/open', effect: 'deny', bodyType: kind, body: { amount: { min: 5001 } } },
      ],
    });
  }
  served = await serve({ policy: policyText(services), credentials: { json: freshKey(), form: freshKey() } });
  agent = await served.agent();
});

afterAll(async () => {
  await served?.stop();
  for (const server of open) server.close();
});

/** What the server made of it, or the code of the refusal. */
async function tried(tool: string, args: Record<string, unknown>): Promise<string> {
  const answer = await agent.raw(tool, args);
  if ('error' in answer) return (answer.error as { code: string }).code;
  const { refunded, limit } = answer.json as { refunded: string; limit: string };
  return tool === 'read' ? limit : refunded;
}

const others = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, '']));

/** Everything that an agent could send in the hope that the condition and the server see two things. */
const SENT: readonly Record<string, unknown>[] = [
  { json: { amount: 100 } },
  { form: { amount: 100 } },
  { text: 'amount=100' },
  { text: '{"amount":100}', headers: { 'content-type': 'text/plain' } },
  { json: { amount: 100 }, headers: { 'content-type': 'application/vnd.api+json' } },
  { json: { amount: 100 }, headers: { 'content-type': 'application/json; charset=utf-8' } },
  { form: { ...others(50), amount: 100 } },
  ...[100, 999, 1000, 1200, 1900].map((count) => ({ form: { ...others(count), amount: 100 } })),
  { json: { ...others(1200), amount: 100 } },
  { json: [{ amount: 100 }] },
  { json: {} },
  { form: { a: 1 } },
  {},
  { json: { Amount: 100 } },
  { form: { 'amount[]': ['100'] } },
  { form: { amount: 100 }, query: { amount: 9000 } },
  { json: { amount: 100 }, query: { amount: 9000 } },
];

describe.each(['json', 'form'])('an API that reads %s', (service) => {
  it.each(['POST', 'PUT'])('reads what was allowed to it, by %s', async (method) => {
    const got = [];
    for (const more of SENT) {
      const result = await tried('execute', { service, method, path: '/refunds', ...more });
      got.push(result);
      expect(['100', 'policy_denied'], JSON.stringify(more).slice(0, 100)).toContain(result);
    }
    expect(got).toContain('100');
  });

  it('gets no body of which a rule that denies cannot tell what it reads', async () => {
    for (const more of SENT) {
      const result = await tried('execute', { service, method: 'POST', path: '/open', ...more });
      const hasBody = 'json' in more || 'form' in more || 'text' in more;
      expect(hasBody ? ['100', 'policy_denied'] : [EVERYTHING], JSON.stringify(more).slice(0, 100)).toContain(result);
    }
  });

  it('has the kind of each body in the trail, and no more of it', async () => {
    // A large call that is refused is recorded once it was looked through, which is after its answer.
    const before = await settled(() => served.records().length);
    const sent = { json: { json: { amount: 7 } }, form: { form: { amount: 7 } } }[service];
    await tried('execute', { service, method: 'POST', path: '/refunds', ...sent });
    await tried('execute', {
      service,
      method: 'POST',
      path: '/open',
      json: { amount: 7 },
      headers: { 'content-type': 'application/x+json' },
    });
    await tried('read', { service, path: '/rows?amount=7' });
    await settled(() => served.records().length);
    const [intent, outcome, other, , read] = served.records().slice(before);
    expect([intent, outcome, other, read].map((record) => record?.bodyType)).toEqual([
      service,
      service,
      'other',
      undefined,
    ]);
    expect(JSON.stringify(served.records().slice(before))).not.toContain('amount');
  });

  it('reads the parameters of a query that was allowed to it', async () => {
    expect(await tried('read', { service, path: '/rows?amount=10' })).toBe('10');
    expect(await tried('read', { service, path: `/rows?${'a&'.repeat(99)}amount=10` })).toBe('10');
    for (const count of [100, 1000, 1100, 3000]) {
      expect(await tried('read', { service, path: `/rows?${'a&'.repeat(count)}amount=10` })).toBe('policy_denied');
    }
    expect(await tried('read', { service, path: '/rows', query: { ...others(1100), amount: 10 } })).toBe(
      'policy_denied',
    );
  });
});
