import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, freshKey, loopbackService, policyText, type Served, serve } from '../support/serve.ts';
import { until } from '../support/until.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

const keys = { bearer: freshKey(), basic: freshKey(), header: freshKey(), query: freshKey(), notes: freshKey() };
let upstream: Upstream;
let served: Served;
let agent: Agent;

beforeAll(async () => {
  upstream = await startUpstream();
  const service = (auth: object): object => loopbackService(upstream.origin, { auth });
  served = await serve({
    policy: policyText({
      bearer: {
        ...loopbackService(`${upstream.origin}/api`),
        description: 'Payments',
        environment: 'test',
        policies: [
          { path: '/v1/charges', methods: ['GET'] },
          { path: '/v1/customers/**', methods: ['GET', 'POST'] },
          { path: '/v1/**/secret', effect: 'deny' },
        ],
      },
      basic: service({ type: 'basic', username: 'robot' }),
      header: service({ type: 'header', name: 'X-Api-Key', prefix: 'Key' }),
      query: service({ type: 'query', name: 'api_key' }),
      notes: loopbackService(upstream.origin),
      empty: loopbackService(upstream.origin),
    }),
    credentials: keys,
  });
  agent = await served.agent();
});

afterAll(async () => {
  await served?.stop();
  await upstream?.close();
});

describe('the tools', () => {
  it('are the four of the contract, in this order', async () => {
    const { tools } = await agent.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['list_services', 'read', 'execute', 'request_access']);
    expect(tools.map(({ annotations }) => [annotations?.readOnlyHint, annotations?.destructiveHint])).toEqual([
      [true, undefined],
      [true, undefined],
      [false, true],
      [true, undefined],
    ]);
    for (const tool of tools) {
      // Either would make clients ask about every result, or turn refusals into protocol errors.
      expect(tool.annotations).not.toHaveProperty('openWorldHint');
      expect(tool).not.toHaveProperty('outputSchema');
    }
  });

  it('say how they are used in less than 6 KB, with an example for every parameter', async () => {
    const { tools } = await agent.client.listTools();
    const instructions = agent.client.getInstructions() ?? '';
    expect(Buffer.byteLength(instructions + JSON.stringify(tools))).toBeLessThan(6 * 1024);
    for (const topic of ['list_services', 'read', 'nextStep', 'terminal', 'key']) expect(instructions).toContain(topic);
    // Some clients show their model no instructions.
    for (const { name, description } of tools.filter((tool) => ['read', 'execute'].includes(tool.name))) {
      for (const topic of ['list_services', 'nextStep', 'terminal']) expect(description, name).toContain(topic);
    }
    const parameters = tools.flatMap((tool) =>
      Object.entries(tool.inputSchema.properties ?? {}).map(([name, schema]) => ({
        at: `${tool.name}.${name}`,
        schema,
      })),
    );
    expect(parameters).toHaveLength(24);
    for (const { at, schema } of parameters) {
      const { description } = schema as { description?: string };
      expect(description, at).toMatch(/"[^"]+"|[{[].+[}\]]|: \d+\./);
    }
  });

  it('belong to valet-key', () => {
    expect(agent.client.getServerVersion()).toMatchObject({ name: 'valet-key', title: 'Valet Key' });
  });

  it('refuse arguments that are not in form, naming them', async () => {
    const wrong = [
      ['read', { service: 'bearer' }, 'path'],
      ['read', { service: 'bearer', path: '/v1/charges', method: 'POST' }, 'method'],
      ['read', { service: 'bearer', path: '/v1/charges', json: {} }, 'json'],
      ['execute', { service: 'bearer', method: 'GET', path: '/x', maxChars: -1 }, 'maxChars'],
      ['execute', { service: 'bearer', method: 'GET', path: '/x', bodyFile: '/etc/passwd' }, 'bodyFile'],
      ['request_access', { service: 'bearer', method: 'GET', path: '/x' }, 'reason'],
      ['list_services', { service: 5 }, 'service'],
    ] as const;
    const before = upstream.requests.length;
    for (const [tool, args, named] of wrong) {
      const error = await agent.refused(tool, { ...args });
      expect(error).toMatchObject({ code: 'invalid_request', sent: 'no' });
      expect(error.message).toContain(named);
    }
    expect(await agent.refused('read_all', {})).toMatchObject({ code: 'invalid_request', sent: 'no' });
    expect(upstream.requests).toHaveLength(before);
  });
});

describe('list_services', () => {
  it('gives every service with its rules and status', async () => {
    const { services } = (await agent.ok('list_services', {})) as unknown as { services: Record<string, unknown>[] };
    expect(services.map(({ name }) => name)).toEqual(['basic', 'bearer', 'empty', 'header', 'notes', 'query']);
    expect(services.find(({ name }) => name === 'bearer')).toEqual({
      name: 'bearer',
      description: 'Payments',
      baseUrl: `${upstream.origin}/api`,
      environment: 'test',
      status: 'ready',
      rules: ['GET /v1/charges', 'GET, POST /v1/customers/**', 'deny /v1/**/secret'],
    });
    expect(services.find(({ name }) => name === 'empty')).toMatchObject({
      status: 'missing_credential',
      nextStep: expect.stringContaining('Enter Credential'),
    });
  });

  it('gives one of them on request, and says which there are for any other name', async () => {
    const one = (await agent.ok('list_services', { service: 'query' })) as unknown as { services: unknown[] };
    expect(one.services).toHaveLength(1);
    const error = await agent.refused('list_services', { service: 'strip' });
    expect(error.code).toBe('unknown_service');
    expect(error.nextStep).toContain('bearer');
  });
});

describe('a call', () => {
  it('reaches the API with the bearer credential below the prefix', async () => {
    const answer = await agent.ok('read', {
      service: 'bearer',
      path: '/v1/charges?limit=3',
      query: { expand: ['a', 'b'] },
    });
    expect(answer).toMatchObject({ status: 200, json: { ok: true, method: 'GET' } });
    const request = upstream.requests.at(-1);
    expect(request?.target).toBe('/api/v1/charges?limit=3&expand=a&expand=b');
    expect(request?.headers.authorization).toBe(`Bearer ${keys.bearer}`);
  });

  it('reaches the API with the basic, header and query credential', async () => {
    await agent.ok('read', { service: 'basic', path: '/x' });
    const pair = Buffer.from(`robot:${keys.basic}`).toString('base64');
    expect(upstream.requests.at(-1)?.headers.authorization).toBe(`Basic ${pair}`);
    await agent.ok('read', { service: 'header', path: '/x' });
    expect(upstream.requests.at(-1)?.headers['x-api-key']).toBe(`Key ${keys.header}`);
    expect(upstream.requests.at(-1)?.headers.authorization).toBeUndefined();
    await agent.ok('read', { service: 'query', path: '/x?a=1' });
    expect(upstream.requests.at(-1)?.target).toBe(`/x?a=1&api_key=${keys.query}`);
    await agent.ok('read', { service: 'query', path: '/x' });
    expect(upstream.requests.at(-1)?.target).toBe(`/x?api_key=${keys.query}`);
  });

  it('that policy does not allow never arrives', async () => {
    const before = upstream.requests.length;
    const calls = [
      ['execute', { service: 'bearer', method: 'POST', path: '/v1/charges', form: { amount: 1 } }],
      ['execute', { service: 'bearer', method: 'DELETE', path: '/v1/customers/cus_1' }],
      ['read', { service: 'bearer', path: '/v1/customers/cus_1/secret' }],
      ['read', { service: 'bearer', path: '/v1/charges/' }],
      ['read', { service: 'bearer', path: '/v1/charges', method: 'HEAD' }],
    ] as const;
    for (const [tool, args] of calls) {
      const error = await agent.refused(tool, { ...args });
      expect(error).toMatchObject({ code: 'policy_denied', sent: 'no', service: 'bearer' });
      expect(error.message).toMatch(/valetkey\.yaml/);
      expect(error.nextStep).toContain('request_access');
      // No rule that is added helps against the deny rule.
      if (args.path.endsWith('/secret')) expect(error.nextStep).not.toContain('methods:');
      else expect(error.nextStep).toContain(`methods: [${'method' in args ? args.method : 'GET'}]`);
    }
    expect(upstream.requests).toHaveLength(before);
  });

  it('is recorded in the human lines as documented', async () => {
    // The lines come over a pipe of their own, so those of the calls before may still be on their way.
    const told = (): number => served.records().filter(({ kind }) => kind !== 'intent').length;
    await until(() => served.lines().length === told(), 'the lines of the calls before');
    const before = served.lines().length;
    await agent.ok('read', { service: 'bearer', path: '/v1/charges?limit=3' });
    await agent.refused('execute', { service: 'bearer', method: 'POST', path: '/v1/charges', json: {} });
    await until(() => served.lines().length >= before + 2, 'two lines');
    const [good, blocked, ...more] = served.lines().slice(before);
    expect(more).toEqual([]);
    const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;
    expect(good).toMatch(new RegExp(`^${time} \\| agent:claude \\| bearer \\| GET /v1/charges \\| 200 \\| \\d+ms$`));
    expect(blocked).toMatch(
      new RegExp(`^${time} \\| agent:claude \\| bearer \\| POST /v1/charges \\| BLOCKED \\| policy violation$`),
    );
    const [intent, outcome, denied] = served.records().slice(-3);
    expect(intent).toMatchObject({
      kind: 'intent',
      service: 'bearer',
      environment: 'test',
      method: 'GET',
      path: '/v1/charges',
      credential: { name: 'bearer', last4: keys.bearer.slice(-4) },
    });
    expect(outcome).toMatchObject({ kind: 'outcome', id: intent?.id, status: 200 });
    expect(denied).toMatchObject({ kind: 'denied', verdict: 'deny', code: 'policy_denied', method: 'POST' });
  });

  it('asks the user for a rule with request_access, which changes nothing', async () => {
    const answer = await agent.ok('request_access', {
      service: 'bearer',
      method: 'POST',
      path: '/v1/refunds',
      reason: 'Refund order 17',
    });
    expect(answer.recorded).toBe(true);
    const wish = 'claude asks for POST /v1/refunds on bearer: "Refund order 17"';
    await until(() => served.diagnostics.includes(wish), wish);
    await agent.refused('execute', { service: 'bearer', method: 'POST', path: '/v1/refunds' });
  });
});

describe('an order', () => {
  it('to rotate gives the next call the new credential', async () => {
    const fresh = freshKey();
    expect(await served.order({ do: 'rotate', service: 'notes', credential: fresh })).toMatchObject({ ok: true });
    await agent.ok('read', { service: 'notes', path: '/a' });
    expect(upstream.requests.at(-1)?.headers.authorization).toBe(`Bearer ${fresh}`);
    const line = `control | notes | rotate | notes ••••${fresh.slice(-4)}`;
    await until(() => served.lines().some((own) => own.endsWith(line)), line);
  });

  it('to freeze and unfreeze acts on the next call', async () => {
    const before = upstream.requests.length;
    await served.order({ do: 'freeze' });
    expect(await agent.refused('read', { service: 'notes', path: '/a' })).toMatchObject({ code: 'frozen', sent: 'no' });
    expect((await agent.ok('list_services', { service: 'notes' })).services).toMatchObject([{ status: 'frozen' }]);
    expect(upstream.requests).toHaveLength(before);
    await served.order({ do: 'unfreeze' });
    await agent.ok('read', { service: 'notes', path: '/a' });
  });

  it('to revoke acts on the next call, and a rotation brings the service back', async () => {
    const before = upstream.requests.length;
    await served.order({ do: 'revoke', service: 'notes' });
    expect(await agent.refused('read', { service: 'notes', path: '/a' })).toMatchObject({
      code: 'revoked',
      sent: 'no',
    });
    expect((await agent.ok('list_services', { service: 'notes' })).services).toMatchObject([{ status: 'revoked' }]);
    expect(upstream.requests).toHaveLength(before);
    await served.order({ do: 'rotate', service: 'notes', credential: keys.notes });
    await agent.ok('read', { service: 'notes', path: '/a' });
    expect(upstream.requests.at(-1)?.headers.authorization).toBe(`Bearer ${keys.notes}`);
  });
});
