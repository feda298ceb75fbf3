import { describe, expect, test } from 'vitest';
import type { PolicyFile } from '../../src/gateway/control/controlPort.ts';
import { type GatewayInProcess, gatewayInProcess } from '../support/gatewayInProcess.ts';

// The administrator's file is one more document: it restricts, and nothing in it is a grant.

const LABEL = 'the administrator’s policy /etc/valet-key/policy.yaml';
const POLICY = `services:
  api:
    baseUrl: https://api.example.com
    auth: { type: bearer }
    policies: [{ path: /**, methods: [GET] }]
`;

let running: GatewayInProcess | undefined;

/** The refusal of a GET of /a; nothing is ever sent, because every name resolves to a refused address. */
async function refusalWith(administrators: string | undefined, policy = POLICY) {
  running = await gatewayInProcess({
    policy,
    resolve: async () => [{ address: '169.254.169.254', family: 4 }],
    credentials: [['api', 'https://api.example.com', ['a', 'credential', 'of', 'ours'].join('-')]],
  });
  const files: PolicyFile[] = [
    { id: 'user', label: 'valetkey.yaml', approved: policy, written: policy, grants: true },
    {
      id: 'admin',
      label: LABEL,
      grants: false,
      ...(administrators === undefined ? {} : { written: administrators }),
    },
  ];
  await running.gateway.set({ policies: files });
  const answer = await running.read('api', '/a');
  if (!('refusal' in answer)) throw new Error('nothing may be sent');
  return answer.refusal;
}

/** What a call gets that every policy allows: it comes as far as the name look-up. */
const PASSED = { code: 'address_refused' };

describe('services that the administrator names', () => {
  const named = (rules: string, more = ''): string => POLICY.replace(/policies: .*/, `policies: ${rules}${more}`);

  test('are allowed as far as both files say so, without any approval', async () => {
    expect(await refusalWith(named('[{ path: /a, methods: [GET] }]'))).toMatchObject(PASSED);
    const refusal = await refusalWith(named('[{ path: /b, methods: [GET] }]'));
    expect(refusal).toMatchObject({ code: 'policy_denied', sent: 'no' });
    expect(refusal.message).toContain(LABEL);
    expect(refusal.nextStep).toContain('administrator');
    expect(refusal.nextStep).not.toContain('request_access');
  });

  test('keep the lowest limits of all files', async () => {
    const limited = named('[{ path: /a, methods: [GET] }]', '\n    limits: { requests: 1/hour }');
    expect(await refusalWith(limited)).toMatchObject(PASSED);
    expect(await running?.read('api', '/a')).toMatchObject({ refusal: { code: 'rate_limited' } });
  });

  test('must be the very service that the administrator means', async () => {
    const refusal = await refusalWith(
      named('[{ path: /a, methods: [GET] }]').replace('api.example.com', 'eu.example.com'),
    );
    expect(refusal).toMatchObject({ code: 'policy_not_approved', sent: 'no' });
    expect(refusal.message).toContain(LABEL);
    expect(refusal.nextStep).toContain('administrator');
  });

  test('do not exist by the administrator’s file alone', async () => {
    const refusal = await refusalWith(POLICY, 'services: {}\n');
    expect(refusal).toMatchObject({ code: 'unknown_service' });
    expect(await running?.gateway.listServices({ agent: { name: 'x' }, scope: 'window', connection: 'c' })).toEqual({
      answer: { services: [] },
    });
  });
});

describe('allowed origins', () => {
  test('let the services that have one of them pass, and no other', async () => {
    expect(await refusalWith('allowedOrigins: [https://api.example.com]\n')).toMatchObject(PASSED);
    const refusal = await refusalWith('allowedOrigins: [https://other.example.com]\n');
    expect(refusal).toMatchObject({ code: 'policy_not_approved', sent: 'no' });
    expect(refusal.message).toContain('https://api.example.com');
    expect(refusal.message).toContain(LABEL);
  });

  test('concern a proxy without a window as well', async () => {
    await refusalWith('allowedOrigins: []\n');
    const call = { tool: 'read', method: 'GET', service: 'api', path: '/a' } as const;
    const caller = { agent: { name: 'x' }, scope: 'user', connection: 'c' } as const;
    const answer = await running?.gateway.call(call, caller, new AbortController().signal);
    expect(answer).toMatchObject({ refusal: { code: 'policy_not_approved' } });
  });
});

describe('a file that says nothing that can be relied on closes everything', () => {
  test.each([
    ['with errors', 'servces: {}\n'],
    ['that is no YAML', 'services: ['],
    ['that cannot be read', undefined],
  ])('%s', async (_what, text) => {
    const refusal = await refusalWith(text);
    expect(refusal).toMatchObject({ code: 'policy_not_approved', sent: 'no' });
    expect(refusal.message).toContain(LABEL);
    const status = await running?.gateway.status();
    expect(status?.services).toMatchObject([{ name: 'api', status: 'not_approved' }]);
  });
});

test('a gateway that knows no policies yet says that it is starting, not that there is nothing', async () => {
  running = await gatewayInProcess({ resolve: async () => [], credentials: [] });
  expect(await running.read('api', '/a')).toMatchObject({ refusal: { code: 'gateway_unavailable', sent: 'no' } });
  expect(await running.gateway.listServices({ agent: { name: 'x' }, scope: 'window', connection: 'c' })).toMatchObject({
    refusal: { code: 'gateway_unavailable' },
  });
  await running.setPolicy(POLICY);
  expect(await running.read('api', '/a')).toMatchObject({ refusal: { code: 'missing_credential' } });
});
