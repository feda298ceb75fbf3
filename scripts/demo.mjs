import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { startDemoApi } from '../examples/demo-api.mjs';
import { ROOT } from './lib/repo.mjs';

/**
 * The main job, for real, in a terminal: a demo API on loopback, the gateway and the proxy from dist/, and an agent (an
 * MCP client). Ends by itself; exit status 0 only if everything went as told.
 */
/** @type {(code: number, text: string) => string} */
const colour = process.stdout.isTTY ? (code, text) => `\u001b[${code}m${text}\u001b[0m` : (_code, text) => text;
/** @param {string} text */
const title = (text) => console.log(`\n${colour(1, text)}`);
/** @param {string} text */
const say = (text) => console.log(`  ${text}`);

const folder = mkdtempSync(path.join(os.tmpdir(), 'valet-key-demo-'));
const api = await startDemoApi();
const key = ['demo', 'key', randomBytes(16).toString('hex')].join('_');
const policy = path.join(folder, 'valetkey.yaml');
writeFileSync(
  policy,
  `services:
  payments:
    baseUrl: ${api.origin}
    network: loopback
    auth: { type: bearer }
    policies:
      - path: /v1/charges
        methods: [GET]
      - path: /v1/echo
        methods: [GET]
`,
);

title('The gateway starts. It holds the credential; the policy allows reading charges and nothing else.');
const gateway = spawn(
  process.execPath,
  [
    path.join(ROOT, 'dist/cli.js'),
    'serve',
    '--policy',
    policy,
    '--runtime-dir',
    path.join(folder, 'run'),
    '--audit-dir',
    path.join(folder, 'audit'),
  ],
  { stdio: ['pipe', 'pipe', 'pipe'] },
);
const lines = readline.createInterface({ input: gateway.stdout })[Symbol.asyncIterator]();
readline.createInterface({ input: gateway.stderr }).on('line', (line) => say(colour(36, `audit  ${line}`)));
const answer = async () => JSON.parse((await lines.next()).value);
/** @param {object} what */
const order = async (what) => {
  gateway.stdin.write(`${JSON.stringify(what)}\n`);
  const result = await answer();
  assert.equal(result.ok, true, result.error);
};
/** Audit lines come on another pipe than answers: give them the moment they need to appear in their place. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 50));

const client = new Client({ name: 'demo-agent', version: '1.0.0' });
try {
  const ready = await answer();
  await order({ id: 1, do: 'rotate', service: 'payments', credential: key });
  await settle();

  title('An agent connects through the proxy, over MCP, and lists what it may use.');
  await client.connect(new StdioClientTransport({ ...ready.proxy, env: { ...process.env, ...ready.proxy.env } }));
  /** @type {(name: string, args: Record<string, unknown>) => Promise<any>} */
  const call = async (name, args) => (await client.callTool({ name, arguments: args })).structuredContent;
  const { tools } = await client.listTools();
  say(`tools: ${tools.map((tool) => tool.name).join(', ')}`);
  /** @type {{ services: { name: string, status: string, rules: string[] }[] }} */
  const { services } = await call('list_services', {});
  say(`services: ${services.map((s) => `${s.name} (${s.status}): ${s.rules.join('; ')}`).join(', ')}`);
  assert.deepEqual(
    tools.map((tool) => tool.name),
    ['list_services', 'read', 'execute', 'request_access'],
  );

  title('It reads. The API sees the credential, the agent never does.');
  const read = await call('read', { service: 'payments', path: '/v1/charges?limit=3', reason: 'Find unpaid charges' });
  await settle();
  say(`agent  ${read.status} ${JSON.stringify(read.json).slice(0, 90)}…`);
  assert.equal(read.status, 200);

  title('It tries to charge a customer, as a prompt injection would have it.');
  const blocked = await call('execute', {
    service: 'payments',
    method: 'POST',
    path: '/v1/charges',
    form: { amount: 1000000, customer: 'cus_attacker' },
  });
  await settle();
  say(`agent  ${blocked.error.code}: ${blocked.error.message}`);
  assert.equal(blocked.error.code, 'policy_denied');
  assert.ok(!api.seen.some((seen) => seen.startsWith('POST')), 'the forbidden write must never arrive');

  title('The API is careless and echoes the credential. It is taken out of the answer.');
  const echo = await call('read', { service: 'payments', path: '/v1/echo' });
  await settle();
  say(`agent  ${echo.status} ${JSON.stringify(echo.json)}`);
  assert.ok(!JSON.stringify(echo).includes(key), 'the credential must not reach the agent');
  assert.equal(echo.redactions, 1);

  title('The user freezes everything. The next call is refused at once.');
  await order({ id: 2, do: 'freeze' });
  const frozen = await call('read', { service: 'payments', path: '/v1/charges' });
  await settle();
  say(`agent  ${frozen.error.code}: ${frozen.error.message}`);
  assert.equal(frozen.error.code, 'frozen');

  title(`Done. ${api.seen.length} requests reached the API: ${api.seen.join(', ')}.`);
  console.log('To use it in a real VS Code: npm run vscode');
} finally {
  await client.close();
  const ended = new Promise((resolve) => gateway.once('exit', resolve));
  gateway.stdin.end();
  await ended;
  await api.close();
  rmSync(folder, { recursive: true, force: true });
}
