import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Refusal } from '../../src/protocol/messages.ts';
import { type GatewayInProcess, gatewayInProcess } from '../support/gatewayInProcess.ts';
import { freshKey } from '../support/serve.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream();
});
afterAll(() => upstream.close());

async function gatewayOf(services: Readonly<Record<string, object>> = { api: {} }): Promise<GatewayInProcess['call']> {
  const running = await gatewayInProcess({
    policy: JSON.stringify({
      services: Object.fromEntries(
        Object.entries(services).map(([name, more]) => [
          name,
          {
            baseUrl: upstream.origin,
            network: 'loopback',
            auth: { type: 'bearer' },
            policies: [{ path: '/**', methods: ['GET', 'POST'] }],
            ...more,
          },
        ]),
      ),
    }),
    credentials: Object.keys(services).map((name) => [name, upstream.origin, freshKey()]),
  });
  return running.call;
}

function answerOf(result: { answer: Answer } | { refusal: Refusal }): Answer {
  if ('refusal' in result) throw new Error(result.refusal.message);
  return result.answer;
}

function refusalOf(result: { answer: Answer } | { refusal: Refusal }): Refusal {
  if ('answer' in result) throw new Error('it was answered');
  return result.refusal;
}

describe('who calls', () => {
  const agentOf = (answer: Answer): unknown =>
    (answer.json as { headers: Record<string, string> }).headers['user-agent'];
  const echo = { service: 'api', method: 'GET', path: '/echo' };

  it('is said to the API', async () => {
    const call = await gatewayOf();
    for (const method of ['GET', 'POST']) {
      expect(agentOf(answerOf(await call({ ...echo, method })))).toMatch(/^valet-key/);
    }
  });

  it('is what the agent says, and what the policy says before that', async () => {
    const headers = { 'User-Agent': 'agent/1' };
    expect(agentOf(answerOf(await (await gatewayOf())({ ...echo, headers })))).toBe('agent/1');
    const call = await gatewayOf({ api: { headers: { set: { 'User-Agent': 'policy/1' } } } });
    expect(agentOf(answerOf(await call(echo)))).toBe('policy/1');
    expect(agentOf(answerOf(await call({ ...echo, headers })))).toBe('policy/1');
  });
});

describe('an answer that is too large', () => {
  it('names the limit that the user can raise', async () => {
    const call = await gatewayOf({ api: { limits: { responseBytes: '1KB' } } });
    const { code, nextStep } = refusalOf(await call({ service: 'api', method: 'GET', path: '/bytes/5000' }));
    expect(code).toBe('response_too_large');
    expect(nextStep).toContain('limits.responseBytes');
  });
});

describe('an unknown service', () => {
  const names = (count: number): Record<string, object> =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`service-${String(i).padStart(2, '0')}`, {}]));

  it.each([
    ['servce-29', 'service-29'],
    ['Service_29', 'service-29'],
    ['service-2g', 'service-2'],
  ])('is told which one %s was meant to be, and that there are more', async (service, meant) => {
    const call = await gatewayOf(names(30));
    const { nextStep } = refusalOf(await call({ service, method: 'GET', path: '/' }));
    expect(nextStep).toContain(`Did you mean ${meant}`);
    expect(nextStep).toContain('and 10 more');
    expect(nextStep).not.toContain(service);
  });

  it('is told all of a few', async () => {
    const call = await gatewayOf(names(3));
    const { nextStep } = refusalOf(await call({ service: 'stripe', method: 'GET', path: '/' }));
    expect(nextStep).toBe('Use one of: service-00, service-01, service-02. Call list_services for what each allows.');
  });
});
