import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING, type EverythingOverHttp, startEverything } from '../../../support/everythingServer.ts';
import { freshKey, type Served, serve } from '../../../support/serve.ts';
import { until } from '../../../support/until.ts';
import { type WrappedClient, wrappedClient } from '../../../support/wrapped.ts';

const key = freshKey();
let everything: EverythingOverHttp;
let served: Served;
const clients: WrappedClient[] = [];

beforeAll(async () => {
  everything = await startEverything(key);
  const tools = { allow: ['echo', 'get-*', 'trigger-long-running-operation'] };
  const remote = (path: string, more: object = {}): object => ({
    url: `${everything.origin}${path}`,
    network: 'loopback',
    headers: { Authorization: { credential: 'remote', prefix: 'Bearer ' }, 'x-mode': 'plain' },
    tools,
    limits: { timeout: '10s' },
    ...more,
  });
  served = await serve({
    policy: JSON.stringify({
      servers: {
        remote: remote('/mcp'),
        local: { command: process.execPath, args: [EVERYTHING, 'stdio'], tools },
        // The same address, without the opt-in, under a name that resolves to it.
        inside: { url: 'https://localhost.example/mcp', tools },
      },
    }),
    credentials: { remote: key },
  });
});

afterEach(async () => {
  everything.instead = undefined;
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

afterAll(async () => {
  await served?.stop();
  await everything?.close();
});

async function client(server: string): Promise<WrappedClient> {
  const one = await wrappedClient(served.proxy, server);
  clients.push(one);
  return one;
}

describe.each(['remote', 'local'])('the everything server of npm (%s)', (name) => {
  it('lists and calls the tools that policy allows', async () => {
    const one = await client(name);
    const tools = await one.tools();
    expect(tools).toContain('echo');
    expect(tools).not.toContain('toggle-simulated-logging');
    expect(await one.text('echo', { message: 'hello' })).toContain('hello');
    expect((await one.call('get-sum', { a: 2, b: 3 })).content).toMatchObject([
      { type: 'text', text: expect.stringContaining('5') },
    ]);
    expect((await one.call('get-tiny-image')).content).toContainEqual(expect.objectContaining({ type: 'image' }));
    expect(await one.refused('toggle-simulated-logging')).toMatchObject({ code: 'policy_denied' });
  });

  it('tells of its progress, and stops when it is cancelled', async () => {
    const one = await client(name);
    const heard: number[] = [];
    await one.call(
      'trigger-long-running-operation',
      { duration: 1, steps: 4 },
      { onprogress: ({ progress }) => heard.push(progress) },
    );
    // The SDK's client drops a progress notification that comes together with the result.
    expect(heard.slice(0, 3)).toEqual([1, 2, 3]);
    const controller = new AbortController();
    const call = one.call('trigger-long-running-operation', { duration: 60, steps: 60 }, { signal: controller.signal });
    setTimeout(() => controller.abort(), 200);
    await expect(call).rejects.toThrow();
    await until(
      () =>
        served
          .lines()
          .some((line) => line.includes(`${name} | tools/call trigger-long-running-operation | FAILED | cancelled`)),
      'the cancelled call in the trail',
    );
  });
});

describe('a remote server', () => {
  it('gets its credential in the header that the policy names, and the agent never sees it', async () => {
    const one = await client('remote');
    await one.text('echo', { message: 'x' });
    expect(everything.seen.every(({ authorized }) => authorized)).toBe(true);
    expect(everything.seen.at(-1)?.headers['x-mode']).toBe('plain');
    expect(JSON.stringify(await one.call('get-env'))).not.toContain(key);
    expect(served.everything()).not.toContain(key);
  });

  it('is followed nowhere else', async () => {
    const one = await client('remote');
    await one.text('echo', { message: 'x' });
    everything.instead = (_request, response) =>
      void response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end();
    const refused = await one.refused('echo', { message: 'y' });
    expect(refused.code).toBe('upstream_unreachable');
    expect(refused.message).toContain('redirect');
  });

  it('that takes the credential no more says so', async () => {
    const one = await client('remote');
    await one.text('echo', { message: 'x' });
    everything.instead = (_request, response) => void response.writeHead(401).end();
    expect(await one.refused('echo', { message: 'y' })).toMatchObject({ code: 'credential_rejected' });
  });

  it('that answers with a page for people is named as the one that failed', async () => {
    const one = await client('remote');
    await one.text('echo', { message: 'x' });
    everything.instead = (_request, response) =>
      void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>');
    const refused = await one.refused('echo', { message: 'y' });
    expect(refused).toMatchObject({ code: 'upstream_unreachable', sent: 'yes' });
    expect(refused.message).toContain('remote');
  });

  it('answers no more than its limit', async () => {
    const one = await client('remote');
    await one.text('echo', { message: 'x' });
    everything.instead = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(`{"x":"${'x'.repeat(3_000_000)}"}`);
    };
    expect(await one.refused('echo', { message: 'y' })).toMatchObject({ code: 'response_too_large', sent: 'yes' });
  });

  it('is cut in less than a second while the local one answers, and comes back', async () => {
    const [remote, local] = [await client('remote'), await client('local')];
    await remote.text('echo', { message: 'x' });
    await local.text('echo', { message: 'x' });
    const underWay = remote.refused('trigger-long-running-operation', { duration: 60, steps: 2 });
    await until(
      () => served.records().some(({ kind, path }) => kind === 'intent' && path === 'trigger-long-running-operation'),
      'the call',
    );
    const began = performance.now();
    await served.order({ do: 'freeze', service: 'remote' });
    expect(await underWay).toMatchObject({ code: 'frozen' });
    expect(performance.now() - began).toBeLessThan(1000);
    const before = everything.seen.length;
    expect(await remote.refused('echo', { message: 'x' })).toMatchObject({ code: 'frozen', sent: 'no' });
    expect(everything.seen.length).toBe(before);
    expect(await local.text('echo', { message: 'still' })).toContain('still');
    await served.order({ do: 'unfreeze', service: 'remote' });
    expect(await remote.text('echo', { message: 'back' })).toContain('back');
  });

  it('whose name does not resolve is refused, unsent', async () => {
    expect(await (await client('inside')).refused('echo', { message: 'x' })).toMatchObject({
      code: 'upstream_unreachable',
      sent: 'no',
    });
  });
});
