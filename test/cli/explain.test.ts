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
    baseUrl: https://api.stripe.com
    auth: { type: bearer }
    policies:
      - path: /v1/refunds
        methods: [POST]
        body: { amount: { max: 5000 } }
      - { path: /v1/refunds, methods: [POST], approval: always, agents: [claude] }
      - { path: /v1/**, methods: [GET] }
      - { path: /v1/*/secret, effect: deny }
tests:
  - name: small refunds pass
    request: { service: stripe, method: POST, path: /v1/refunds, form: { amount: 5000 }, agent: copilot }
    expect: allow
  - name: Claude asks
    request: { service: stripe, method: POST, path: /v1/refunds, form: { amount: 5001 }, agent: claude }
    expect: ask
  - name: large ones do not
    request: { service: stripe, method: POST, path: /v1/refunds, form: { amount: 5001 } }
    expect: deny
  - name: new issues ask
    request: { server: github-mcp, tool: create_issue }
    expect: ask
servers:
  github-mcp:
    command: node
    args: [/srv/github.js]
    tools: { allow: ["*_issue", list_*], ask: [create_*], deny: ["*_SECRET*"] }
`,
);
afterAll(() => fs.rmSync(folder, { recursive: true }));

const refund = (amount: unknown, more: object = {}): string =>
  JSON.stringify({ service: 'stripe', method: 'POST', path: '/v1/refunds', json: { amount }, ...more });

describe('decide', () => {
  it('judges the body and the agent', async () => {
    const input = [
      refund(5000),
      refund(5001),
      refund('1'),
      refund(5001, { agent: 'claude-ai' }),
      refund(1, { agent: 'claude-code', query: { amount: 1 } }),
    ];
    const { status, stdout } = await runCli(['decide', '--policy', file], input.join('\n'));
    expect(status).toBe(1);
    expect(jsonLines<{ verdict: string }>(stdout).map(({ verdict }) => verdict)).toEqual([
      'ask',
      'deny',
      'deny',
      'ask',
      'ask',
    ]);
    const copilot = await runCli(['decide', '--policy', file], refund(5000, { agent: 'Visual Studio Code' }));
    expect(jsonLines(copilot.stdout)).toMatchObject([{ verdict: 'allow', rule: 'stripe/policies/0' }]);
  });
});

describe('explain', () => {
  it('says of every rule why it did or did not apply', async () => {
    const { status, stdout, stderr } = await runCli(['explain', '--policy', file], refund(5001, { agent: 'copilot' }));
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(jsonLines(stdout)).toEqual([
      {
        verdict: 'deny',
        code: 'policy_denied',
        reason: expect.stringContaining('it needs body amount at most 5000'),
        target: '/v1/refunds',
        headers: expect.anything(),
        rules: [
          {
            rule: 'stripe/policies/0',
            line: 6,
            applied: false,
            why: 'The path matches, but it needs body amount at most 5000.',
          },
          {
            rule: 'stripe/policies/1',
            line: 9,
            applied: false,
            why: 'The path matches, but it covers only the agents claude.',
          },
          { rule: 'stripe/policies/2', line: 10, applied: false, why: 'The path matches, but it does not cover POST.' },
          { rule: 'stripe/policies/3', line: 11, applied: false, why: 'The path of the rule does not match.' },
        ],
      },
    ]);
  });
});

describe('test', () => {
  it('runs the tests of a file', async () => {
    const { status, stdout, stderr } = await runCli(['test', file]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(jsonLines(stdout)).toMatchObject([
      { file, line: 13, name: 'small refunds pass', expect: 'allow', got: 'allow', ok: true },
      { name: 'Claude asks', expect: 'ask', got: 'ask', ok: true },
      { name: 'large ones do not', expect: 'deny', got: 'deny', ok: true },
      { name: 'new issues ask', expect: 'ask', got: 'ask', ok: true },
    ]);
  });

  it('fails with the reason, and lint tells of it', async () => {
    const failing = path.join(folder, 'failing.yaml');
    fs.writeFileSync(failing, fs.readFileSync(file, 'utf8').replace('max: 5000', 'max: 4000'));
    const { status, stdout } = await runCli(['test', failing]);
    expect(status).toBe(1);
    expect(jsonLines(stdout)[0]).toMatchObject({
      got: 'deny',
      ok: false,
      reason: expect.stringContaining('at most 4000'),
    });
    const linted = await runCli(['lint', failing]);
    expect(linted.status).toBe(1);
    expect(jsonLines(linted.stdout)).toMatchObject([
      { code: 'body-without-type', line: 6 },
      { code: 'failing-test', line: 13, severity: 'warning' },
    ]);
  });

  it('wants a file that is a policy', async () => {
    const broken = path.join(folder, 'broken.yaml');
    fs.writeFileSync(broken, 'services: [');
    expect((await runCli(['test', broken])).status).toBe(2);
    expect((await runCli(['test'])).status).toBe(2);
  });
});

describe('a tool of an upstream MCP server', () => {
  const ask = (command: string, ...calls: object[]) =>
    runCli([command, '--policy', file], `${calls.map((call) => JSON.stringify(call)).join('\n')}\n`);

  it('is decided by its name', async () => {
    const tools = ['list_issues', 'create_issue', 'list_secrets', 'drop', 'update_issue'];
    const { status, stdout } = await ask(
      'decide',
      ...tools.map((tool) => ({ server: 'github-mcp', tool })),
      { server: 'gitlab-mcp', tool: 'list_issues' },
      { server: 'github-mcp' },
    );
    expect(status).toBe(1);
    expect(jsonLines(stdout)).toMatchObject([
      { verdict: 'allow', rule: 'github-mcp/tools/list_*' },
      { verdict: 'ask', rule: 'github-mcp/tools/create_*' },
      { verdict: 'deny', code: 'policy_denied', rule: 'github-mcp/tools/*_SECRET*' },
      { verdict: 'deny', code: 'policy_denied' },
      { verdict: 'allow', rule: 'github-mcp/tools/*_issue' },
      { verdict: 'deny', code: 'unknown_service' },
      { verdict: 'invalid', code: 'invalid_request' },
    ]);
  });

  it('is explained pattern by pattern', async () => {
    const { stdout } = await ask('explain', { server: 'github-mcp', tool: 'create_issue' });
    const [printed] = jsonLines(stdout) as { rules: { rule: string; applied: boolean }[] }[];
    expect(printed?.rules.map(({ rule, applied }) => [rule, applied])).toEqual([
      ['github-mcp/tools/*_SECRET*', false],
      ['github-mcp/tools/create_*', true],
      ['github-mcp/tools/*_issue', true],
      ['github-mcp/tools/list_*', false],
    ]);
  });
});
