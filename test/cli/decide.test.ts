import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { jsonLines, runCli } from '../support/cli.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-'));
const file = path.join(folder, 'valetkey.yaml');
fs.writeFileSync(
  file,
  `services:
  stripe:
    baseUrl: https://api.stripe.com/base
    auth: { type: bearer }
    headers: { set: { Stripe-Version: '2024-04-10' } }
    policies:
      - path: /v1/charges
        methods: [GET]
      - path: /v1/customers/**
        methods: [GET, POST]
      - path: /v1/**/secret
        effect: deny
    limits: { requestBytes: 100B }
`,
);
afterAll(() => fs.rmSync(folder, { recursive: true }));

async function decide(...requests: unknown[]): Promise<{ status: number | null; printed: Record<string, unknown>[] }> {
  const lines = requests.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  const { status, stdout, stderr } = await runCli(['decide', '--policy', file], `${lines.join('\n')}\n`);
  expect(stderr).toBe('');
  return { status, printed: jsonLines(stdout) };
}

const get = (target: string, more: object = {}): object => ({
  service: 'stripe',
  method: 'GET',
  path: target,
  ...more,
});

describe('decide', () => {
  it('prints the verdict, the rule and what would be sent', async () => {
    const { status, printed } = await decide(
      get('/v1/charges?limit=3', { query: { expand: ['a', 'b'] }, headers: { 'Idempotency-Key': 'k' } }),
    );
    expect(status).toBe(0);
    expect(printed).toEqual([
      {
        verdict: 'allow',
        rule: 'stripe/policies/0',
        reason: expect.stringMatching(/\S/),
        target: '/base/v1/charges?limit=3&expand=a&expand=b',
        headers: expect.objectContaining({ 'idempotency-key': 'k', 'stripe-version': '2024-04-10' }),
      },
    ]);
  });

  it('denies by default, by a deny rule and for services that there are not', async () => {
    const { status, printed } = await decide(
      get('/v1/charges/ch_1'),
      get('/v1/customers/cus_1/secret'),
      { service: 'strip', method: 'GET', path: '/' },
      get('/v1/customers/cus_1'),
    );
    expect(status).toBe(1);
    expect(printed).toMatchObject([
      { verdict: 'deny', code: 'policy_denied', target: '/base/v1/charges/ch_1' },
      { verdict: 'deny', code: 'policy_denied', rule: 'stripe/policies/2' },
      { verdict: 'deny', code: 'unknown_service' },
      { verdict: 'allow', rule: 'stripe/policies/1' },
    ]);
    expect(printed[0]).not.toHaveProperty('rule');
  });

  it('answers one line for each, whatever the line is', async () => {
    const { status, printed } = await decide(
      'not json',
      '42',
      'null',
      '{}',
      get('/a/../b'),
      { service: 'stripe', method: 'PURGE', path: '/v1/charges' },
      { service: 'stripe', method: 'POST', path: '/v1/customers/x', json: {}, text: 'x' },
      { service: 'stripe', method: 'POST', path: '/v1/customers/x', text: 'x'.repeat(200) },
      get('/v1/charges', { headers: { Authorization: 'Bearer x' } }),
      { service: 'stripe', method: 'GET', path: 7 },
      get('/v1/charges'),
    );
    expect(status).toBe(1);
    expect(printed.map(({ verdict }) => verdict)).toEqual([...Array(10).fill('invalid'), 'allow']);
    for (const { code, reason } of printed.slice(0, 10)) {
      expect(['invalid_request', 'request_too_large']).toContain(code);
      expect(reason).toMatch(/\S/);
    }
    expect(printed[7]).toMatchObject({ code: 'request_too_large' });
  });

  it('passes over empty lines, and says nothing of no request', async () => {
    expect(await decide('', get('/v1/charges'), '   ')).toMatchObject({ status: 0, printed: [{ verdict: 'allow' }] });
    expect(await decide('')).toEqual({ status: 0, printed: [] });
  });

  it('needs no network, no credential and no runtime directory', async () => {
    const env = { XDG_RUNTIME_DIR: path.join(folder, 'none'), TMPDIR: path.join(folder, 'none') };
    const { status } = await runCli(['decide', '--policy', file], JSON.stringify(get('/v1/charges')), env);
    expect(status).toBe(0);
    expect(fs.readdirSync(folder)).toEqual(['valetkey.yaml']);
  });
});
