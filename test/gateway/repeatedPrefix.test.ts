import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, freshKey, loopbackService, policyText, type Served, serve } from '../support/serve.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

const ALL = ['GET', 'HEAD', 'POST'];

let upstream: Upstream;
let served: Served;
let agent: Agent;

beforeAll(async () => {
  upstream = await startUpstream();
  const at = (prefix: string, policies: readonly object[]): object =>
    loopbackService(`${upstream.origin}${prefix}`, { policies });
  const services = {
    gitlab: at('/api/v4', [
      { path: '/projects/**', methods: ['GET'] },
      { path: '/projects/*/secret', effect: 'deny' },
    ]),
    openai: at('/v1', [{ path: '/**', methods: ALL }]),
    asking: at('/v1', [{ path: '/**', methods: ALL, approval: 'always' }]),
    twice: at('/v1', [
      { path: '/**', methods: ALL },
      { path: '/v1/**', methods: ['GET'] },
    ]),
    denying: at('/v1', [
      { path: '/**', methods: ALL },
      { path: '/v1/**', effect: 'deny' },
    ]),
    starred: at('/v1', [{ path: '/*/models', methods: ALL }]),
    sentry: at('/api/0', [{ path: '/projects/**', methods: ['GET'] }]),
    azure: at('/openai/v1', [{ path: '/**', methods: ALL }]),
    encoded: at('/a%20b', [{ path: '/**', methods: ALL }]),
    plain: at('', [{ path: '/**', methods: ALL }]),
  };
  served = await serve({
    policy: policyText(services),
    credentials: Object.fromEntries(Object.keys(services).map((name) => [name, freshKey()])),
  });
  agent = await served.agent();
});

afterAll(async () => {
  await served?.stop();
  await upstream?.close();
});

describe('a path that repeats the end of the base URL', () => {
  it.each([
    ['gitlab', '/api/v4/projects/7', 'Call again with the path /projects/7.'],
    ['gitlab', '/api/v4/projects/7?page=2', 'Call again with the path /projects/7 and the same query.'],
    ['gitlab', '/api/v4/projects/1234567890', 'Call again with the same path without /api/v4 at its beginning.'],
    ['openai', '/v1/models', 'Call again with the path /models.'],
    ['openai', '/v1/chat/completions', 'Call again with the same path without /v1 at its beginning.'],
    ['openai', '/v1', 'Call again with the path /.'],
    ['openai', '/v1/v1/models', 'without /v1 at its beginning'],
    ['asking', '/v1/models', 'Call again with the path /models.'],
    // The end of it alone.
    ['gitlab', '/v4/projects/7', 'Call again with the path /projects/7.'],
    ['sentry', '/0/projects/7', 'Call again with the path /projects/7.'],
    ['azure', '/v1/models', 'Call again with the path /models.'],
    ['azure', '/openai/v1/models', 'Call again with the path /models.'],
    ['encoded', '/a%20b/models', 'Call again with the path /models.'],
  ])('is refused with the right one: %s %s', async (service, path, words) => {
    const before = upstream.requests.length;
    const refusal = await agent.refused('read', { service, path });
    expect(refusal).toMatchObject({ code: 'invalid_request', sent: 'no', service });
    expect(refusal.message).toContain(`paths are below ${upstream.origin}/`);
    expect(refusal.nextStep).toContain(words);
    expect(upstream.requests).toHaveLength(before);
  });

  it.each([
    ['twice', '/v1/models', '/v1/v1/models'],
    ['starred', '/v1/models', '/v1/v1/models'],
    ['openai', '/v1beta/models', '/v1/v1beta/models'],
    ['openai', '/models/v1', '/v1/models/v1'],
    ['azure', '/openai/models', '/openai/v1/openai/models'],
    ['azure', '/v2/models', '/openai/v1/v2/models'],
    ['plain', '/v1/models', '/v1/models'],
  ])('is sent where the API may have such a path: %s %s', async (service, path, target) => {
    await agent.ok('read', { service, path });
    expect(upstream.requests.at(-1)?.target).toBe(target);
  });

  it.each([
    ['denying', '/v1/models'],
    // Neither path passes.
    ['gitlab', '/api/v4/groups'],
    ['gitlab', '/v4/groups'],
    ['gitlab', '/v4/projects/7/secret'],
    ['gitlab', '/api/projects/7'],
    ['sentry', '/00/projects/7'],
    ['gitlab', '/api/v4/projects/7/secret'],
  ])('is denied as before: %s %s', async (service, path) => {
    expect(await agent.refused('read', { service, path })).toMatchObject({ code: 'policy_denied' });
  });

  it('is sent with any method where a rule for one names it, and denied with one that no rule allows', async () => {
    await agent.ok('execute', { service: 'twice', method: 'POST', path: '/v1/models' });
    expect(upstream.requests.at(-1)?.target).toBe('/v1/v1/models');
    const denied = { service: 'gitlab', method: 'POST', path: '/api/v4/projects/7' };
    expect(await agent.refused('execute', denied)).toMatchObject({ code: 'policy_denied' });
  });

  it('is nothing to ask a rule for', async () => {
    const access = { service: 'gitlab', method: 'GET', path: '/api/v4/projects/7', reason: 'why' };
    expect(await agent.refused('request_access', access)).toMatchObject({
      code: 'invalid_request',
      nextStep: expect.stringContaining('/projects/7'),
    });
  });
});
