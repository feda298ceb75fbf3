import { describe, expect, test } from 'vitest';
import { compileService, decide } from '../../../src/core/policy/decide.ts';
import type { Service } from '../../../src/core/policy/model.ts';
import { parsePolicy } from '../../../src/core/policy/parse.ts';
import { canonicalise } from '../../../src/core/request/canonicalise.ts';
import { withService } from '../../../src/extension/policy/policyWriter.ts';
import { findKnownService, type KnownService, presetsOf } from '../../../src/extension/services/knownService.ts';
import { KNOWN_SERVICES } from '../../../src/extension/services/knownServices.ts';

/** The service as Add Service would write it with this preset, parsed again without any problem. */
function written(known: KnownService, presetIndex: number): Service {
  const text = withService(undefined, {
    name: known.id,
    baseUrl: known.baseUrl,
    auth: known.username && known.auth.type === 'basic' ? { ...known.auth, username: 'someone' } : known.auth,
    ...(known.headers ? { headers: known.headers } : {}),
    rules: presetsOf(known)[presetIndex]?.rules ?? [],
  });
  const { policy, problems } = parsePolicy(text);
  const allowed = presetsOf(known)[presetIndex]?.id === 'nothing' ? ['no-policies'] : [];
  expect(problems.map(({ code }) => code)).toEqual(allowed);
  const service = policy?.services.get(known.id);
  if (!service) throw new Error(`${known.id} did not parse`);
  return service;
}

function verdict(service: Service, method: string, path: string): string {
  const request = canonicalise({ service: service.name, method, path }, service);
  if (!request.ok) return request.error.code;
  return decide(compileService(service), request.value).verdict;
}

function named(id: string): KnownService {
  const known = KNOWN_SERVICES.find((service) => service.id === id);
  if (!known) throw new Error(`${id} is not known`);
  return known;
}

test('at least fifteen are known, each once, and the ones that people ask for first', () => {
  const ids = KNOWN_SERVICES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThanOrEqual(15);
  expect(ids).toEqual(expect.arrayContaining(['stripe', 'github', 'gitlab', 'openai', 'anthropic', 'slack', 'linear']));
});

describe.each(KNOWN_SERVICES.map((known) => [known.id, known] as const))('%s', (_id, known) => {
  const presets = presetsOf(known).map(({ id }, index) => [id, index] as const);

  test.each(presets)('with %s is written and parses without any problem', (_preset, index) => {
    const service = written(known, index);
    expect(service.rules).toHaveLength(presetsOf(known)[index]?.rules.length ?? -1);
    expect(service.headers.set.map(([name]) => name)).toEqual(
      Object.keys(known.headers ?? {}).map((name) => name.toLowerCase()),
    );
  });

  test('is found again by the base URL that is written', () => {
    expect(findKnownService(written(known, 0), KNOWN_SERVICES)?.id).toBe(known.id);
  });

  test('has a verifying request that can be sent, and is https throughout', () => {
    const { method, path, json } = known.verify;
    const input = { service: known.id, method, path, ...(json === undefined ? {} : { json }) };
    expect(canonicalise(input, written(known, 0))).toMatchObject({ ok: true });
    // Harmless: nothing but a GraphQL query is sent by POST.
    if (method === 'POST') expect(json).toEqual({ query: expect.stringMatching(/^\{/) });
    expect(new URL(known.keyPage).protocol).toBe('https:');
    expect(new URL(known.baseUrl).protocol).toBe('https:');
  });

  test('changes nothing by default', () => {
    const service = written(known, 0);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect(verdict(service, method, '/v1/anything')).toBe('deny');
      expect(verdict(service, method, '/graphql')).toBe('deny');
    }
  });
});

describe('presets', () => {
  test('Slack’s reading ones do not let a message be sent with GET', () => {
    const service = written(named('slack'), 0);
    expect(verdict(service, 'GET', '/conversations.history')).toBe('allow');
    for (const method of ['GET', 'POST']) expect(verdict(service, method, '/chat.postMessage')).toBe('deny');
    expect(verdict(written(named('slack'), 1), 'POST', '/chat.postMessage')).toBe('allow');
  });

  test('reading without secrets reads what is none', () => {
    const cases = [
      ['gitlab', '/projects/1/variables/KEY', '/projects/1/issues'],
      ['vercel', '/v10/projects/p/env', '/v9/projects/p'],
      ['supabase', '/v1/projects/p/api-keys', '/v1/projects'],
      ['digitalocean', '/v2/databases/d', '/v2/droplets'],
      ['twilio', '/2010-04-01/Accounts/AC1.json', '/2010-04-01/Accounts/AC1/Messages.json'],
      ['netlify', '/accounts/a/env/KEY', '/sites'],
      ['datadog', '/api/v2/api_keys/1', '/api/v2/users'],
    ] as const;
    for (const [id, secret, other] of cases) {
      const service = written(named(id), 0);
      expect([id, verdict(service, 'GET', secret), verdict(service, 'GET', other)]).toEqual([id, 'deny', 'allow']);
    }
  });
});

describe('finding a known service', () => {
  const at = (baseUrl: string): string | undefined => {
    const text = `services: { x: { baseUrl: "${baseUrl}", auth: { type: bearer }, policies: [{ path: /x, methods: [GET] }] } }`;
    const service = parsePolicy(text).policy?.services.get('x');
    return service && findKnownService(service, KNOWN_SERVICES)?.id;
  };

  test.each([
    ['https://api.stripe.com/', 'stripe'],
    ['https://acme.atlassian.net', 'jira'],
    ['https://de.sentry.io/api/0', 'sentry'],
    ['https://atlassian.net.evil.example', undefined],
    ['https://evilatlassian.net', undefined],
    ['https://s3.eu-central-1.amazonaws.com', 'amazon-s3'],
    ['https://lambda.eu-central-1.amazonaws.com', undefined],
    ['https://api.stripe.com/v1', undefined],
    ['https://api.stripe.com:8443', undefined],
    ['https://api.example.com', undefined],
  ])('%s → %s', (baseUrl, id) => {
    expect(at(baseUrl)).toBe(id);
  });
});
