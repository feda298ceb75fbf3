import { beforeEach, describe, expect, it, test } from 'vitest';
import type { AccessAnswer, Refusal } from '../../../src/protocol/messages.ts';
import { type GatewayInProcess, gatewayInProcess } from '../../support/gatewayInProcess.ts';

const AGENT = { agent: { name: 'claude-code' }, scope: 'window' as const, connection: 'c' };
const HEAD = `services:
  api:
    baseUrl: https://api.example.com
    auth: { type: bearer }
    policies:
`;
const POLICY = `${HEAD}      - { path: /**, methods: [GET, HEAD] }
      - { path: /v1/notes, methods: [POST], approval: remember }
      - { path: /graphql, methods: [POST], graphql: { operations: [query], fields: [viewer] } }
      - { path: /v1/secret/**, effect: deny }
`;

let running: GatewayInProcess;
const wishes: string[] = [];

beforeEach(async () => {
  wishes.length = 0;
  running = await gatewayInProcess({
    policy: POLICY,
    credentials: [['api', 'https://api.example.com', 'a-credential-of-the-test']],
    onAccessRequest: ({ method, path }) => void wishes.push(`${method} ${path}`),
  });
});

async function ask(method: string, path: string): Promise<AccessAnswer> {
  const asked = await running.gateway.requestAccess({ service: 'api', method, path, reason: 'needed' }, AGENT);
  if ('refusal' in asked) throw new Error(asked.refusal.message);
  return asked.answer;
}

async function refused(method: 'POST' | 'DELETE', path: string, json?: unknown): Promise<Refusal> {
  const called = await running.call({ service: 'api', method, path, ...(json === undefined ? {} : { json }) });
  if (!('refusal' in called)) throw new Error('it passed');
  return called.refusal;
}

const added = (rule: string): Promise<void> => running.setPolicy(`${POLICY}      - ${rule}\n`);
/** The rule that a refusal names, with what it leaves to be filled in. */
const ruleIn = ({ nextStep }: Refusal, path: string, fields = ''): string =>
  nextStep.slice(nextStep.indexOf('{ path')).replace('<this path>', path).replace('<its root fields>', fields);

describe('a wish', async () => {
  it('for what is allowed already reaches nobody, and the agent is told to call', async () => {
    expect(await ask('GET', '/v1/x')).toMatchObject({ recorded: false, nextStep: 'Call read with it.' });
    expect(wishes).toEqual([]);
  });

  it('for what the user is asked about already reaches nobody, and says so', async () => {
    const answer = await ask('POST', '/v1/notes');
    expect(answer.recorded).toBe(false);
    expect(answer.nextStep).toContain('Call execute with it: the user is then asked');
    expect(wishes).toEqual([]);
  });

  it('for what a deny rule forbids reaches nobody and counts for nothing', async () => {
    for (const name of ['a', 'b', 'c', 'd']) {
      const answer = await ask('POST', `/v1/secret/${name}`);
      expect(answer).toMatchObject({ recorded: false });
      expect(answer.message).toContain('deny rule');
      expect(answer.message).toContain('policy, line 9');
    }
    expect((await ask('POST', '/v1/refunds')).recorded).toBe(true);
    expect(wishes).toEqual(['POST /v1/refunds']);
  });

  it('is one of fifty at most that wait, whoever asks, and there is room again when one is decided', async () => {
    const ids: string[] = [];
    const asking = await gatewayInProcess({
      policy: POLICY,
      credentials: [['api', 'https://api.example.com', 'a-credential-of-the-test']],
      onAccessRequest: ({ id }) => void ids.push(id),
    });
    const askAs = async (connection: string, path: string): Promise<AccessAnswer> => {
      const wish = { service: 'api', method: 'POST', path, reason: 'needed' };
      const asked = await asking.gateway.requestAccess(wish, { ...AGENT, connection });
      if ('refusal' in asked) throw new Error(asked.refusal.message);
      return asked.answer;
    };
    const flood = await Promise.all(Array.from({ length: 70 }, (_, i) => askAs(`c${i}`, `/v1/flood/${i}`)));
    expect(flood.filter(({ recorded }) => recorded)).toHaveLength(50);
    expect(ids).toHaveLength(50);
    expect(await askAs('honest', '/v1/refunds')).toMatchObject({
      recorded: false,
      message: expect.stringContaining('wait for the user'),
    });
    await asking.gateway.settleAccessRequest(String(ids[0]), 'declined');
    expect((await askAs('honest', '/v1/refunds')).recorded).toBe(true);
    asking.close();
  });

  it('for a GraphQL endpoint is one for queries, and no longer recorded once they are allowed', async () => {
    expect((await ask('POST', '/graphql')).recorded).toBe(true);
    await added('{ path: /graphql, methods: [POST], graphql: { operations: [query] } }');
    const answer = await ask('POST', '/graphql');
    expect(answer).toMatchObject({ recorded: false });
    expect(answer.message).toContain('GraphQL query');
    expect(answer.nextStep).toContain('mutation');
  });

  it('that another file stands in the way of is not recorded', async () => {
    const text = HEAD.replace('policies:\n', 'policies: [{ path: /v1/a, methods: [GET] }]\n');
    await running.gateway.set({
      policies: [
        { id: 'user', label: 'policy', approved: POLICY, written: POLICY, grants: true },
        { id: 'workspace:w', label: 'the other file', approved: text, written: text, grants: false },
      ],
    });
    expect((await ask('DELETE', '/v1/a')).message).toContain('the other file');
    expect((await refused('DELETE', '/v1/a')).nextStep).toContain('do not ask for it with request_access');
    expect(wishes).toEqual([]);
  });

  it('that only waits for a review is told so', async () => {
    const written = `${POLICY}      - { path: /v1/a, methods: [DELETE] }\n`;
    await running.gateway.set({ policies: [{ id: 'user', label: 'policy', approved: POLICY, written, grants: true }] });
    const asked = await running.gateway.requestAccess(
      { service: 'api', method: 'DELETE', path: '/v1/a', reason: 'r' },
      AGENT,
    );
    expect(asked).toMatchObject({ refusal: { code: 'policy_not_approved' } });
    expect(wishes).toEqual([]);
  });

  it('that became needless gives its place back and may be asked again', async () => {
    const ids: string[] = [];
    running.close();
    running = await gatewayInProcess({ policy: POLICY, onAccessRequest: ({ id }) => void ids.push(id) });
    for (const name of ['a', 'b', 'c']) expect((await ask('POST', `/v1/${name}`)).recorded).toBe(true);
    expect((await ask('POST', '/v1/d')).recorded).toBe(false);
    await running.gateway.settleAccessRequest(ids[0] ?? '', 'needless');
    expect((await ask('POST', '/v1/a')).recorded).toBe(true);
  });
});

describe('a denied call', () => {
  it('names a rule that lets exactly it pass', async () => {
    const rule = ruleIn(await refused('DELETE', '/v1/a'), '/v1/a');
    await added(rule);
    expect(await ask('DELETE', '/v1/a')).toMatchObject({ recorded: false });
  });

  it('of a deny rule says that no rule helps', async () => {
    const { nextStep } = await refused('POST', '/v1/secret/a');
    expect(nextStep).not.toContain('methods:');
    expect(nextStep).toContain('do not ask for it with request_access');
  });

  it.each([
    ['a query', { query: '{ repository { id } }' }, 'call request_access', 'query', 'repository'],
    [
      'a mutation',
      { query: 'mutation { a: addStar(id: 1) { id } }' },
      'ask the user to write this rule',
      'mutation',
      'addStar',
    ],
  ])('of GraphQL with %s names a rule with its block', async (_what, json, way, operation, field) => {
    const refusal = await refused('POST', '/graphql', json);
    expect(refusal.nextStep).toContain(way);
    expect(refusal.nextStep).toContain(`graphql: { operations: [${operation}], fields: [<its root fields>] } }`);
    await added(ruleIn(refusal, '/graphql', field));
    const allowed = await running.gateway.explain({
      tool: 'execute',
      service: 'api',
      method: 'POST',
      path: '/graphql',
      json,
    });
    expect(allowed.allowed).toBeDefined();
  });

  it('of GraphQL that cannot be read says what can be', async () => {
    const { nextStep } = await refused('POST', '/graphql', { id: 'stored' });
    expect(nextStep).toContain('"query"');
    expect(nextStep).not.toContain('call request_access');
  });
});

test('a rule can be tried before it is added', async () => {
  const call = { tool: 'execute' as const, service: 'api', method: 'DELETE', path: '/v1/a' };
  const rule = { method: 'DELETE' as const, path: '/v1/a' };
  expect((await running.gateway.explain(call)).refusal?.code).toBe('policy_denied');
  expect((await running.gateway.explain(call, rule)).allowed).toBeDefined();
  const secret = { ...call, path: '/v1/secret/a' };
  const tried = await running.gateway.explain(secret, { ...rule, path: secret.path });
  expect(tried.refusal).toMatchObject({ code: 'policy_denied', rule: 'api/policies/3' });
});
