import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DiscoveryFile } from '../../src/protocol/discoveryFile.ts';
import { MAX_HANDSHAKE_LINE_BYTES } from '../../src/protocol/messages.ts';
import { freshNonce, prove } from '../../src/protocol/proof.ts';
import { type RawProxy, startRawProxy } from '../support/rawProxy.ts';
import { connectAgent, freshKey, loopbackService, policyText, type Served, serve } from '../support/serve.ts';
import { sleep, until } from '../support/until.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

const key = freshKey();
let upstream: Upstream;
let served: Served;
const proxies: RawProxy[] = [];
const closers: (() => void)[] = [];

beforeAll(async () => {
  upstream = await startUpstream();
  served = await serve({
    policy: policyText({ api: loopbackService(upstream.origin, { limits: { concurrent: 64 } }) }),
    credentials: { api: key },
  });
});

afterEach(async () => {
  await Promise.all(proxies.splice(0).map((proxy) => proxy.end()));
  for (const close of closers.splice(0)) close();
});

afterAll(async () => {
  await served?.stop();
  await upstream?.close();
});

function proxyOf(runtimeDir = served.runtimeDir): RawProxy {
  const proxy = startRawProxy({ ...served.proxy, env: { VALETKEY_RUNTIME_DIR: runtimeDir } });
  proxies.push(proxy);
  return proxy;
}

function emptyFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-'));
  closers.push(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const read = (target: string): object => ({ name: 'read', arguments: { service: 'api', path: target } });
const errorOf = (message: { result?: Record<string, unknown> }): Record<string, unknown> =>
  (message.result as { structuredContent: { error: Record<string, unknown> } }).structuredContent.error;

describe('without a gateway', () => {
  it('answers initialize and tools/list, and a call with what to do', async () => {
    const proxy = proxyOf(path.join(emptyFolder(), 'nothing'));
    const { result } = await proxy.initialize();
    expect(result).toMatchObject({ serverInfo: { name: 'valet-key' }, capabilities: { tools: {} } });
    expect((await proxy.ask(1, 'tools/list')).result?.tools).toHaveLength(4);
    for (const id of [2, 3]) {
      const answer = await proxy.ask(id, 'tools/call', read('/x'));
      expect(answer.result?.isError).toBe(true);
      expect(errorOf(answer)).toMatchObject({ code: 'gateway_unavailable', sent: 'no' });
    }
    expect(proxy.process.exitCode).toBeNull();
  });
});

describe('a client', () => {
  const clientInfo = { name: 'a-client', version: '1' };

  it.each([
    ['2024-10-07', false],
    ['2024-11-05', false],
    ['2025-03-26', false],
    ['2025-06-18', true],
    ['2025-11-25', true],
    ['2099-01-01', true], // they agree on the newest that we know
  ])('of the revision %s gets an answer and a refusal once, or as text and structured', async (revision, twice) => {
    const proxy = proxyOf();
    await proxy.ask(0, 'initialize', { protocolVersion: revision, capabilities: {}, clientInfo });
    for (const [id, params] of [read('/x'), { name: 'read', arguments: { service: 'none', path: '/x' } }].entries()) {
      const { result } = await proxy.ask(id + 1, 'tools/call', params);
      const { content, structuredContent } = result as { content: [{ text: string }]; structuredContent?: object };
      const [{ text }] = content;
      expect(structuredContent).toEqual(twice ? JSON.parse(text) : undefined);
      expect(JSON.parse(text)).toMatchObject(id === 0 ? { status: 200 } : { error: { code: 'unknown_service' } });
      expect(result?.isError).toBe(id === 0 ? undefined : true);
    }
  });

  it('hears of a call to a slow API every ten seconds', async () => {
    const proxy = proxyOf();
    await proxy.initialize();
    const answer = await proxy.ask(1, 'tools/call', { ...read('/slow/10500'), _meta: { progressToken: 7 } });
    expect(answer.result?.structuredContent).toMatchObject({ status: 200 });
    const notices = proxy.said.filter(({ method }) => method === 'notifications/progress');
    expect(notices).toMatchObject([{ params: { progressToken: 7, progress: 10 } }]);
  }, 30_000);
});

describe('the end of its input', () => {
  it('ends it at once', async () => {
    const proxy = proxyOf();
    await proxy.initialize();
    const { ms, status } = await proxy.end();
    expect(status).toBe(0);
    expect(ms).toBeLessThan(500);
  });

  it('ends it at once with calls under way, and the calls with it', async () => {
    const proxy = proxyOf();
    await proxy.initialize();
    const before = upstream.requests.length;
    for (let id = 1; id <= 5; id++) {
      proxy.write(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: read('/hang') })}\n`);
    }
    await upstream.received(before + 5);
    expect((await proxy.end()).ms).toBeLessThan(500);
    await until(() => upstream.requests.slice(before).every(({ aborted }) => aborted), 'the calls to be aborted', 2000);
  });
});

describe('what is out of form', () => {
  const deep = 100_000;
  const odd: readonly (readonly [string, string])[] = [
    ['not JSON', '{"jsonrpc":"2.0",'],
    ['not UTF-8 text', '\u0000\u0001\ufffd'],
    [
      '10 MB in one line',
      `{"jsonrpc":"2.0","id":9,"method":"tools/list","params":{"x":"${'x'.repeat(10 * 1024 * 1024)}"}}`,
    ],
    ['a list nested 100,000 deep', '['.repeat(deep) + ']'.repeat(deep)],
    [
      'arguments nested 100,000 deep',
      `{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"execute","arguments":{"service":"api","method":"POST","path":"/x","json":${'['.repeat(deep)}${']'.repeat(deep)}}}}`,
    ],
    ['no JSON-RPC', '{"hello":"world"}'],
    ['another JSON-RPC', '{"jsonrpc":"1.0","id":9,"method":"tools/list"}'],
    ['a number', '42'],
    ['null', 'null'],
    ['a method that is not there', '{"jsonrpc":"2.0","id":9,"method":"secrets/get"}'],
    ['parameters of another shape', '{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":7}}'],
    [
      'prototypes',
      '{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"__proto__","arguments":{"__proto__":{"service":"api"}}}}',
    ],
    [
      'an object for a service',
      '{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"read","arguments":{"service":{},"path":"/x"}}}',
    ],
  ];

  it.each(odd)('%s gets an error, and the next call works', async (_, line) => {
    const proxy = proxyOf();
    await proxy.initialize();
    const before = { said: proxy.said.length, requests: upstream.requests.length };
    proxy.write(`${line}\n`);
    await until(() => proxy.said.length > before.said, 'a reply');
    const reply = proxy.said[before.said];
    const refused = reply?.error !== undefined || reply?.result?.isError === true;
    expect(refused, JSON.stringify(reply).slice(0, 200)).toBe(true);
    expect(JSON.stringify(reply).length).toBeLessThan(2000);
    expect(upstream.requests).toHaveLength(before.requests);
    const answer = await proxy.ask(100, 'tools/call', read('/x'));
    expect(answer.result?.structuredContent).toMatchObject({ status: 200 });
    expect((await served.order({ do: 'status' })).ok).toBe(true);
  });

  it.each([
    ['a token that is an object', '"a"', '"params":{"name":"read","_meta":{"progressToken":{}}}'],
    ['another JSON-RPC', '7', '"jsonrpc":"1.0"'],
    ['parameters in a list', '"b"', '"params":[1]'],
    ['half a number for an id', '1.5', '"params":{"name":"read"}'],
    ['a number for an id that is too large to count', '9007199254740993', '"params":{"name":"read"}'],
  ])('%s is refused by its id, so that nobody waits for an answer', async (_, id, rest) => {
    const proxy = proxyOf();
    await proxy.initialize();
    const before = proxy.said.length;
    proxy.write(`{"jsonrpc":"2.0","id":${id},"method":"tools/call",${rest}}\n`);
    await until(() => proxy.said.length > before, 'a reply');
    expect(proxy.said[before]).toMatchObject({ id: JSON.parse(id), error: { code: expect.any(Number) } });
  });

  it('a request for the key is no tool', async () => {
    const proxy = proxyOf();
    await proxy.initialize();
    for (const [index, name] of ['get_secret', 'credentials', 'rotate', 'constructor'].entries()) {
      const answer = await proxy.ask(index + 1, 'tools/call', { name, arguments: { service: 'api' } });
      expect(errorOf(answer).code).toBe('invalid_request');
    }
    expect(JSON.stringify(proxy.said)).not.toContain(key);
  });
});

describe('a false gateway', () => {
  /** Publishes a rendezvous whose socket is served by `behave`, and keeps what the proxy says to it. */
  function impostor(behave: (socket: net.Socket, line: string) => void): { runtimeDir: string; heard: () => string } {
    const runtimeDir = path.join(emptyFolder(), 'run');
    fs.mkdirSync(runtimeDir, { mode: 0o700 });
    const socketPath = path.join(runtimeDir, '00000000000000aa.sock');
    let heard = '';
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        heard += chunk;
        behave(socket, chunk.toString());
      });
    });
    server.listen(socketPath);
    closers.push(() => server.close());
    const rendezvous: DiscoveryFile = {
      protocol: 1,
      gatewayId: '00000000000000aa',
      pid: process.pid,
      hostPid: process.pid,
      socket: socketPath,
      folders: [],
      focusedAt: Date.now(),
      key: 'ab'.repeat(32),
    };
    fs.writeFileSync(path.join(runtimeDir, '00000000000000aa.json'), JSON.stringify(rendezvous), { mode: 0o600 });
    return { runtimeDir, heard: () => heard };
  }

  const falseOnes: readonly (readonly [string, (socket: net.Socket, line: string) => void])[] = [
    ['says nothing', () => undefined],
    ['hangs up', (socket) => socket.destroy()],
    ['sends garbage', (socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\n')],
    ['sends a line without end', (socket) => void socket.write('x'.repeat(MAX_HANDSHAKE_LINE_BYTES + 10))],
    [
      'proves another key',
      (socket, line) => {
        const nonces = { proxy: (JSON.parse(line) as { nonce: string }).nonce, gateway: freshNonce() };
        socket.write(
          `${JSON.stringify({ nonce: nonces.gateway, proof: prove('cd'.repeat(32), 'gateway', nonces) })}\n`,
        );
      },
    ],
    [
      'proves itself as a proxy',
      (socket, line) => {
        const nonces = { proxy: (JSON.parse(line) as { nonce: string }).nonce, gateway: freshNonce() };
        socket.write(`${JSON.stringify({ nonce: nonces.gateway, proof: prove('ab'.repeat(32), 'proxy', nonces) })}\n`);
      },
    ],
    ['answers before it has proven anything', (socket) => void socket.write('{"id":1,"answer":{"status":200}}\n')],
  ];

  it.each(falseOnes)('that %s hears a nonce and nothing more', async (_, behave) => {
    const { runtimeDir, heard } = impostor(behave);
    const proxy = proxyOf(runtimeDir);
    await proxy.initialize();
    const params = {
      name: 'execute',
      arguments: { service: 'api', method: 'POST', path: '/private-path', json: { a: 1 } },
    };
    const answer = await proxy.ask(1, 'tools/call', params);
    expect(errorOf(answer)).toMatchObject({ code: 'gateway_unavailable', sent: 'no' });
    expect(heard()).toMatch(/^\{"protocol":1,"nonce":"[0-9a-f]{64}"\}\n$/);
    expect((await proxy.ask(2, 'tools/list')).result?.tools).toHaveLength(4);
  });
});

describe('the socket of a gateway', () => {
  function rendezvous(): DiscoveryFile {
    const [name] = fs.readdirSync(served.runtimeDir).filter((file) => file.endsWith('.json'));
    return JSON.parse(fs.readFileSync(path.join(served.runtimeDir, name ?? ''), 'utf8')) as DiscoveryFile;
  }

  /** Says these lines one after the other, each made of what was heard so far; gives all that came back. */
  async function say(
    lines: readonly ((heard: string, nonce: string) => string)[],
  ): Promise<{ heard: string; closed: boolean }> {
    const socket = net.connect(rendezvous().socket);
    const nonce = freshNonce();
    let heard = '';
    let closed = false;
    socket.on('data', (chunk) => {
      heard += chunk;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      closed = true;
    });
    for (const line of lines) {
      const before = heard.length;
      socket.write(line(heard, nonce));
      await until(() => closed || heard.length > before, 'a reply or the end', 7000).catch(() => undefined);
    }
    await until(() => closed, 'the end', 7000).catch(() => undefined);
    socket.destroy();
    return { heard, closed };
  }
  const open = (_heard: string, nonce: string): string => `${JSON.stringify({ protocol: 1, nonce })}\n`;
  const order = `${JSON.stringify({ do: 'listServices', id: 1 })}\n`;
  const closing = (secret: string, role: 'proxy' | 'gateway') => (heard: string, nonce: string) => {
    const challenge = JSON.parse(heard.split('\n')[0] ?? '{}') as { nonce: string };
    return `${JSON.stringify({ proof: prove(secret, role, { proxy: nonce, gateway: challenge.nonce }) })}\n${order}`;
  };

  it('tells nothing to a client that proves another key, or proves as a gateway', async () => {
    for (const wrong of [closing('cd'.repeat(32), 'proxy'), closing(rendezvous().key, 'gateway')]) {
      const { heard, closed } = await say([open, wrong]);
      expect(closed).toBe(true);
      expect(heard.trim().split('\n')).toHaveLength(1);
      expect(heard).not.toContain('services');
    }
  });

  it('answers one that proves the right key, so that the tests above mean something', async () => {
    const socket = say([open, closing(rendezvous().key, 'proxy'), () => 'garbage\n']);
    expect((await socket).heard).toContain('"services"');
  });

  it('tells nothing to whoever skips the proof, speaks another version or sends garbage', async () => {
    const first = (line: string) => [() => line];
    for (const lines of [
      first(order),
      first('garbage\n'),
      first(`${JSON.stringify({ protocol: 99, nonce: freshNonce() })}\n`),
      first(`${JSON.stringify({ protocol: 1, nonce: 'short' })}\n`),
      first(`${JSON.stringify({ protocol: 1, nonce: freshNonce(), extra: 1 })}\n`),
    ]) {
      expect(await say(lines)).toEqual({ heard: '', closed: true });
    }
    const { heard, closed } = await say([open, () => order]);
    expect(closed).toBe(true);
    expect(heard.trim().split('\n')).toHaveLength(1);
  });

  it('ends a connection that sends a huge line before the proof, at once', async () => {
    const began = performance.now();
    expect(await say([() => 'x'.repeat(MAX_HANDSHAKE_LINE_BYTES + 1)])).toEqual({ heard: '', closed: true });
    expect(performance.now() - began).toBeLessThan(3000); // not only once its patience for the proof has ended
  });

  it('ends a connection that says nothing, after a while', async () => {
    const { closed, heard } = await say([() => '']);
    expect({ closed, heard }).toEqual({ closed: true, heard: '' });
  }, 20_000);

  it('goes on serving through all of this', async () => {
    const caller = await served.agent();
    await caller.ok('read', { service: 'api', path: '/x' });
    expect(served.everything()).not.toContain(key);
  });
});

describe("a proxy that looked before its own window's gateway was there", () => {
  it('goes over to it as soon as it is, and loses no call that is under way', async () => {
    const mine = await serve({
      policy: policyText({ mine: loopbackService(upstream.origin) }),
      credentials: { mine: key },
    });
    closers.push(() => void mine.stop());
    // Another window: its extension host is not what started the proxy.
    const [name = ''] = fs.readdirSync(served.runtimeDir).filter((file) => file.endsWith('.json'));
    const folder = emptyFolder();
    const other = JSON.parse(fs.readFileSync(path.join(served.runtimeDir, name), 'utf8')) as DiscoveryFile;
    fs.writeFileSync(path.join(folder, name), JSON.stringify({ ...other, hostPid: 1 }), { mode: 0o600 });

    const agent = await connectAgent(
      { ...served.proxy, env: { ...served.proxy.env, VALETKEY_RUNTIME_DIR: folder } },
      'my-agent',
    );
    expect((await agent.refused('read', { service: 'mine', path: '/x' })).code).toBe('unknown_service');
    const before = upstream.requests.length;
    const underWay = agent.ok('read', { service: 'api', path: '/slow/2500' });
    await upstream.received(before + 1);
    for (const file of fs.readdirSync(mine.runtimeDir).filter((file) => file.endsWith('.json'))) {
      fs.copyFileSync(path.join(mine.runtimeDir, file), path.join(folder, file));
    }
    await until(
      async () => 'status' in (await agent.raw('read', { service: 'mine', path: '/x' })),
      'the call to reach the other gateway',
    );
    expect((await underWay).status).toBe(200);
    expect((await agent.refused('read', { service: 'api', path: '/x' })).code).toBe('unknown_service');
    await agent.close();
  });
});

describe('calls', () => {
  it('that are cancelled abort the upstream request', async () => {
    const proxy = proxyOf();
    await proxy.initialize();
    const before = upstream.requests.length;
    proxy.write(`${JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params: read('/hang') })}\n`);
    await upstream.received(before + 1);
    proxy.write('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7,"reason":"enough"}}\n');
    await until(() => upstream.requests[before]?.aborted === true, 'the upstream request to be aborted', 2000);
    expect((await proxy.ask(8, 'tools/call', read('/x'))).result?.structuredContent).toMatchObject({ status: 200 });
    expect(proxy.said.some(({ id }) => id === 7)).toBe(false);
  });

  it('run 32 at once, and each gets its own answer', async () => {
    const proxy = proxyOf();
    await proxy.initialize();
    const began = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 32 }, (_, i) => proxy.ask(i + 1, 'tools/call', read(`/slow/300/${i}`))),
    );
    expect(performance.now() - began).toBeLessThan(3000);
    for (const [i, answer] of answers.entries()) {
      expect(answer.result?.structuredContent).toMatchObject({ json: { path: `/slow/300/${i}` } });
    }
  });

  it('of several proxies at once stay apart, under the name of each agent', async () => {
    const names = ['claude-code', 'Visual Studio Code', 'cursor', 'my-agent'];
    const agents = await Promise.all(names.map((name) => connectAgent(served.proxy, name)));
    try {
      const before = served.records().length;
      await Promise.all(
        agents.flatMap((agent, i) =>
          Array.from({ length: 8 }, async (_, j) => {
            const answer = await agent.ok('read', { service: 'api', path: `/a/${i}/${j}` });
            expect(answer.json).toMatchObject({ path: `/a/${i}/${j}` });
          }),
        ),
      );
      const recorded = served
        .records()
        .slice(before)
        .filter(({ kind }) => kind === 'outcome');
      for (const [i, name] of ['claude', 'copilot', 'cursor', 'my-agent'].entries()) {
        const own = recorded.filter(({ path: target }) => String(target).startsWith(`/a/${i}/`));
        expect(own).toHaveLength(8);
        for (const record of own) expect(record.agent).toMatchObject({ name });
      }
    } finally {
      await Promise.all(agents.map((agent) => agent.close()));
    }
  });

  it('are answered after the client has lost interest in none of them', async () => {
    const proxy = proxyOf();
    await proxy.initialize();
    const slow = proxy.ask(1, 'tools/call', read('/slow/200'));
    const quick = await proxy.ask(2, 'tools/call', read('/x'));
    expect(proxy.said.some(({ id }) => id === 1)).toBe(false);
    expect(quick.result?.structuredContent).toMatchObject({ status: 200 });
    expect((await slow).result?.structuredContent).toMatchObject({ status: 200 });
    await sleep(0);
  });
});
