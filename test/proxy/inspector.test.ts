import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshKey, loopbackService, policyText, type Served, serve } from '../support/serve.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

/** The MCP project's own Inspector in its command-line form: a client that is not written for us. */
const INSPECTOR = path.dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/inspector-cli'));
const key = freshKey();
let upstream: Upstream;
let served: Served;

beforeAll(async () => {
  upstream = await startUpstream();
  served = await serve({ policy: policyText({ api: loopbackService(upstream.origin) }), credentials: { api: key } });
});

afterAll(async () => {
  await served?.stop();
  await upstream?.close();
});

async function inspect(...args: string[]): Promise<Record<string, unknown>> {
  const { command, args: proxy, env } = served.proxy;
  const { stdout } = await promisify(execFile)(process.execPath, ['index.js', command, ...proxy, ...args], {
    cwd: INSPECTOR, // it looks for its own package.json from where it is started
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    timeout: 20_000,
  });
  return JSON.parse(stdout) as Record<string, unknown>;
}

it('the Inspector lists the four tools', async () => {
  const { tools } = await inspect('--method', 'tools/list');
  expect((tools as { name: string }[]).map(({ name }) => name)).toEqual([
    'list_services',
    'read',
    'execute',
    'request_access',
  ]);
});

it('the Inspector calls them', async () => {
  const call = ['--method', 'tools/call', '--tool-name', 'read', '--tool-arg'];
  const answer = await inspect(...call, 'service=api', 'path=/echo');
  expect(answer.structuredContent).toMatchObject({ status: 200, json: { method: 'GET' } });
  expect(upstream.requests.at(-1)?.headers.authorization).toBe(`Bearer ${key}`);
  expect(JSON.stringify(answer)).not.toContain(key);
  const refused = await inspect(...call, 'service=nope', 'path=/echo');
  expect(refused).toMatchObject({ isError: true, structuredContent: { error: { code: 'unknown_service' } } });
});
