import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRunning } from '../support/processInfo.ts';
import { type Agent, freshKey, loopbackService, policyText, type Served, serve } from '../support/serve.ts';
import { until } from '../support/until.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

const keys = { 'from-env': freshKey(), weak: 'q7-x9' };
let upstream: Upstream;
let served: Served;
let agent: Agent;

beforeAll(async () => {
  upstream = await startUpstream();
  const names = ['from-env', 'weak', 'other'];
  served = await serve({
    policy: policyText(Object.fromEntries(names.map((name) => [name, loopbackService(upstream.origin)]))),
    env: { VALETKEY_CREDENTIAL_FROM_ENV: keys['from-env'], VALETKEY_CREDENTIAL_WEAK: keys.weak },
  });
  agent = await served.agent();
});

afterAll(async () => {
  await served?.stop();
  await upstream?.close();
});

/** A file that says it has a gigabyte, and takes no room. */
function hole(file: string): void {
  fs.writeFileSync(file, '');
  fs.truncateSync(file, 1024 ** 3);
}

describe('serve', () => {
  it('says at the start how an MCP client starts the proxy, and nothing secret', () => {
    expect(served.proxy).toEqual({
      command: expect.stringMatching(/node/),
      args: [expect.stringMatching(/dist\/proxy\.js$/)],
      env: { VALETKEY_RUNTIME_DIR: served.runtimeDir },
    });
    expect(fs.existsSync(served.proxy.args[0] ?? '')).toBe(true);
    expect(served.pid).toBe(served.process.pid);
  });

  it('takes credentials from the environment, and names one that it refuses', async () => {
    await agent.ok('read', { service: 'from-env', path: '/x' });
    expect(upstream.requests.at(-1)?.headers.authorization).toBe(`Bearer ${keys['from-env']}`);
    const error = await agent.refused('read', { service: 'weak', path: '/x' });
    expect(error).toMatchObject({ code: 'missing_credential', sent: 'no' });
    const complaint = served.diagnostics.find((line) => line.includes('VALETKEY_CREDENTIAL_WEAK'));
    expect(complaint).toMatch(/8 characters/);
    expect(complaint).not.toContain(keys.weak);
  });

  it('answers every order with its id', async () => {
    expect(await served.order({ do: 'rotate', service: 'other', credential: freshKey() })).toEqual({
      id: expect.any(Number),
      ok: true,
    });
    const status = await served.order({ do: 'status' });
    expect(status).toMatchObject({
      ok: true,
      gatewayId: expect.stringMatching(/^[0-9a-f]{16}$/),
      proxies: 1,
      calls: 0,
    });
    expect(status.services).toEqual([
      { name: 'from-env', status: 'ready' },
      { name: 'other', status: 'ready' },
      { name: 'weak', status: 'missing_credential' },
    ]);
    for (const order of [
      { do: 'freeze', service: 'other' },
      { do: 'unfreeze' },
      { do: 'reload' },
      { do: 'revoke', service: 'other' },
    ]) {
      expect(await served.order(order)).toMatchObject({ ok: true });
    }
    expect(((await served.order({ do: 'status' })).services as object[])[1]).toEqual({
      name: 'other',
      status: 'revoked',
    });
  });

  it.each([
    ['an order that is unknown', { do: 'get', service: 'other' }],
    ['a rotation without a credential', { do: 'rotate', service: 'other' }],
    ['a rotation for a service that there is not', { do: 'rotate', service: 'nope', credential: freshKey() }],
    ['a rotation to a credential that is too short', { do: 'rotate', service: 'other', credential: 'abc1234' }],
    ['a rotation to something that is no text', { do: 'rotate', service: 'other', credential: 12345678 }],
    ['a field too many', { do: 'freeze', everything: true }],
  ])('refuses %s, says so and goes on', async (_, order) => {
    const answer = await served.order(order);
    expect(answer).toMatchObject({ ok: false, error: expect.stringMatching(/\S/) });
    expect(JSON.stringify(answer)).not.toContain('abc1234');
    expect(await served.order({ do: 'status' })).toMatchObject({ ok: true });
  });

  it('survives lines that are no orders', async () => {
    for (const line of ['nonsense', '[]', 'null', '{"do":"freeze"}', '"x"']) served.process.stdin?.write(`${line}\n`);
    expect(await served.order({ do: 'status' })).toMatchObject({ ok: true });
    await agent.ok('read', { service: 'from-env', path: '/x' });
  });

  it('keeps the policy in force when a reload finds an error, and says where it is', async () => {
    const text = fs.readFileSync(served.policyFile, 'utf8');
    fs.writeFileSync(served.policyFile, 'services:\n  from-env: { baseUrl: nowhere }\n');
    const answer = await served.order({ do: 'reload' });
    expect(answer).toMatchObject({
      ok: false,
      error: expect.stringContaining(`${path.basename(served.policyFile)}:2:`),
    });
    await agent.ok('read', { service: 'from-env', path: '/x' });
    fs.writeFileSync(served.policyFile, text);
    expect(await served.order({ do: 'reload' })).toMatchObject({ ok: true });
  });

  it.skipIf(process.platform === 'win32').each([
    ['a pipe', (file: string) => execFileSync('mkfifo', [file]), 'not a regular file'],
    ['a device without end', (file: string) => fs.symlinkSync('/dev/zero', file), 'not a regular file'],
    ['a folder', (file: string) => fs.mkdirSync(file), 'not a regular file'],
    ['a gigabyte', (file: string) => hole(file), 'too large'],
  ])('reloads nothing from %s in the place of the policy, and still obeys', async (_, put, why) => {
    const text = fs.readFileSync(served.policyFile, 'utf8');
    fs.rmSync(served.policyFile);
    put(served.policyFile);
    try {
      expect(await served.order({ do: 'reload' })).toMatchObject({ ok: false, error: expect.stringContaining(why) });
      expect(await served.order({ do: 'freeze', service: 'from-env' })).toMatchObject({ ok: true });
      expect(await served.order({ do: 'unfreeze' })).toMatchObject({ ok: true });
      await agent.ok('read', { service: 'from-env', path: '/x' });
    } finally {
      fs.rmSync(served.policyFile, { recursive: true });
      fs.writeFileSync(served.policyFile, text);
    }
  });

  it('ends at the end of its input, calls under way or not, and tells who waits', async () => {
    const own = await serve({
      policy: policyText({ api: loopbackService(upstream.origin) }),
      credentials: { api: freshKey() },
    });
    const caller = await own.agent();
    const before = upstream.requests.length;
    const pending = caller.refused('read', { service: 'api', path: '/hang' });
    await upstream.received(before + 1);
    const began = performance.now();
    own.process.stdin?.end();
    await until(() => !isRunning(own.pid), 'the end of serve', 5000);
    expect(performance.now() - began).toBeLessThan(1500);
    expect(own.process.exitCode ?? 0).toBe(0);
    expect(await pending).toMatchObject({ code: 'gateway_unavailable', sent: 'unknown' });
    const [last] = own.records().slice(-1);
    expect(last).toMatchObject({ kind: 'outcome', code: 'gateway_unavailable' });
    await own.stop();
  });
});
