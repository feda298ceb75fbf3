import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isRunning } from '../../../support/processInfo.ts';
import { freshKey, type Served, serve } from '../../../support/serve.ts';
import { sleep, until } from '../../../support/until.ts';
import { trickyServer, type WrappedClient, wrappedClient } from '../../../support/wrapped.ts';

const require = createRequire(import.meta.url);
const FILESYSTEM = require.resolve('@modelcontextprotocol/server-filesystem/dist/index.js');
const key = freshKey();
let served: Served;
let shared: string;
const clients: WrappedClient[] = [];

/** A policy with these servers, as JSON, which is YAML. */
const policy = (servers: Record<string, unknown>): string => JSON.stringify({ servers });
const SERVERS = {
  tricky: trickyServer('tricky', {
    tools: { allow: ['*'], deny: ['big'], ask: ['children_*'] },
    limits: { timeout: '5s', responseBytes: '20KB' },
  }),
  other: trickyServer('other', { tools: { allow: ['echo', 'env'] } }),
  changing: trickyServer(undefined, {}, ['--changes-after', '2']),
  silent: trickyServer(undefined, {}, ['--changes-after', '1', '--silent']),
  fragile: trickyServer(undefined, { limits: { timeout: '2s', responseBytes: '10KB' } }),
  loud: trickyServer(undefined),
  many: trickyServer(undefined, {}, ['--many']),
  mute: trickyServer(undefined, { limits: { timeout: '1s' } }, ['--no-list']),
  asking: trickyServer(undefined, { tools: { allow: ['echo'], ask: ['env'] } }),
  careful: trickyServer(undefined, { tools: { ask: ['*'] } }),
  slow: trickyServer(undefined, { limits: { requests: '2/hour' } }),
  gone: { command: 'no-such-program-anywhere', tools: { allow: ['*'] } },
};

beforeAll(async () => {
  shared = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-files-'));
  fs.writeFileSync(path.join(shared, 'hello.txt'), 'Hello from a file.');
  const files = {
    command: process.execPath,
    args: [FILESYSTEM, shared],
    tools: { allow: ['read_*', 'list_directory'] },
  };
  served = await serve({
    policy: policy({ ...SERVERS, files }),
    credentials: { tricky: key, other: freshKey() },
    env: { LOUD_SECRET: 'not for children', LANG: 'C.UTF-8' },
  });
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

afterAll(async () => {
  await served?.stop();
  fs.rmSync(shared, { recursive: true, force: true });
});

async function client(server: string, gateway = served): Promise<WrappedClient> {
  const one = await wrappedClient(gateway.proxy, server);
  clients.push(one);
  return one;
}

describe('an upstream MCP server', () => {
  it('gets an allow-list of the environment and the secrets that the policy names, and nothing else', async () => {
    const tricky = await client('tricky');
    const seen = JSON.parse(await tricky.text('env')) as Record<string, string>;
    // Its own token is in the result, and taken out of it: the child did get it.
    expect(seen.TOKEN).toBe('[redacted:tricky]');
    expect(seen.MODE).toBe('plain');
    const allowed = ['PATH', 'HOME', 'LANG', 'TOKEN', 'MODE'];
    expect(Object.keys(seen).filter((name) => !allowed.includes(name) && !name.startsWith('__CF'))).toEqual([]);
    expect(JSON.stringify(seen)).not.toContain('not for children');
  });

  it('shows the tools that policy allows, without texts that nobody sees and without credentials', async () => {
    const tricky = await client('tricky');
    const { tools } = await tricky.client.listTools();
    const names = tools.map(({ name }) => name);
    expect(names).toContain('echo');
    expect(names).not.toContain('big');
    expect(names).not.toContain('hidden'); // its description hides a text
    expect(tools.find(({ name }) => name === 'echo')?.description).toBe('Tool echo, [redacted:tricky]');
    expect(tricky.client.getServerVersion()?.name).toBe('tricky');
  });

  it('has its tools refused by name, whether it listed them or not', async () => {
    const tricky = await client('tricky');
    expect(await tricky.refused('big', { size: 1 })).toMatchObject({
      code: 'policy_denied',
      sent: 'no',
      service: 'tricky',
    });
    expect(await tricky.refused('hidden')).toMatchObject({ code: 'policy_not_approved', sent: 'no' });
    expect(await tricky.refused('nothing')).toMatchObject({ code: 'invalid_request', sent: 'no' });
    const other = await client('other');
    expect(await other.refused('leak')).toMatchObject({ code: 'policy_denied' });
    expect(await (await client('nobody')).refused('echo')).toMatchObject({ code: 'unknown_service' });
  });

  it('cannot hand its token on, in results, errors, progress, logs or standard error', async () => {
    const tricky = await client('tricky');
    const result = JSON.stringify(await tricky.call('leak'));
    const failed = await tricky.call('fail');
    const heard: unknown[] = [];
    await tricky.call('progress', {}, { onprogress: (progress) => heard.push(progress) });
    expect(failed.isError).toBe(true);
    expect(heard).toEqual([{ progress: 1, total: 2, message: 'half [redacted:tricky]' }]);
    expect(result).toContain('[redacted:tricky]');
    expect(result).toContain('[withheld by Valet Key');
    const wide = Buffer.from(`token=${key}`, 'utf16le').toString('base64');
    for (const found of [result, JSON.stringify(failed), JSON.stringify(heard)]) {
      for (const form of [key, Buffer.from(key).toString('base64').replace(/=+$/, ''), wide.slice(0, 30)]) {
        expect(found).not.toContain(form);
      }
    }
    await until(() => served.diagnostics.some((line) => line.includes('my token is')), 'its words in the log');
    expect(served.everything()).not.toContain(key);
  });

  it('is refused when it asks back: no sampling, no elicitation', async () => {
    expect(await (await client('tricky')).text('ask_back')).toBe('rejected,rejected');
  });

  it('asks nobody where the user cannot be asked', async () => {
    const asking = await client('asking');
    expect(await asking.refused('env')).toMatchObject({ code: 'approval_denied', sent: 'no' });
    expect(await asking.text('echo', { a: 1 })).toBe('{"a":1}');
  });

  it.each(['', 'env\n', '[Allow](command:valetKey.unfreeze)', '$(shield) env', '\u202eenv', 'e'.repeat(129)])(
    'asks nobody about a tool named %j, which no server can have',
    async (name) => {
      const careful = await client('careful');
      expect(await careful.refused(name)).toMatchObject({ code: 'invalid_request', sent: 'no' });
    },
  );

  it('asks the user with the exact arguments, and passes once what they allowed', async () => {
    const gateway = await serve({
      policy: policy({ asking: SERVERS.asking, tricky: SERVERS.tricky }),
      credentials: { tricky: key },
      approve: 'ask',
    });
    try {
      const asking = await client('asking', gateway);
      const answerNext = async (allow: boolean): Promise<void> => {
        const count = gateway.approvals.length;
        await until(() => gateway.approvals.length > count, 'the question');
        const question = gateway.approvals.at(-1);
        expect(question).toMatchObject({ service: 'asking', method: 'tools/call' });
        await gateway.order({ do: 'answer', approval: question?.id, allow, for: 'once' });
      };
      const [text] = await Promise.all([asking.text('env', { a: 1 }), answerNext(true)]);
      expect(text).toContain('PATH');
      const [denied] = await Promise.all([asking.refused('env', { a: 2 }), answerNext(false)]);
      expect(denied).toMatchObject({ code: 'approval_denied', sent: 'no' });
      // Frozen while it waits.
      const waiting = asking.refused('env', { a: 3 });
      await until(() => gateway.approvals.length === 3, 'the third question');
      await gateway.order({ do: 'freeze', service: 'asking' });
      expect(await waiting).toMatchObject({ code: 'frozen', sent: 'no' });
      expect(gateway.records().filter(({ kind }) => kind === 'intent')).toMatchObject([
        { path: 'env', verdict: 'ask' },
      ]);
    } finally {
      await gateway.stop();
    }
  });

  it('leaves an intent before and an outcome after each call, and a line for people', async () => {
    const before = served.records().length;
    const tricky = await client('tricky');
    await tricky.text('echo', { secret: 'argument' });
    await tricky.refused('big');
    const records = served
      .records()
      .slice(before)
      .filter(({ kind }) => kind !== 'control');
    expect(records).toMatchObject([
      {
        kind: 'intent',
        service: 'tricky',
        method: 'tools/call',
        path: 'echo',
        verdict: 'allow',
        credential: { name: 'tricky' },
      },
      { kind: 'outcome', service: 'tricky', path: 'echo', result: 'ok' },
      { kind: 'denied', service: 'tricky', path: 'big', code: 'policy_denied' },
    ]);
    expect(records[0]?.requestHash).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(records)).not.toContain('argument');
    const lines = served.lines().map((line) => line.replace(/^\S+/, 'T').replace(/\d+ms$/, 'Nms'));
    expect(lines).toContain('T | agent:claude | tricky | tools/call echo | ok | Nms');
    expect(lines).toContain('T | agent:claude | tricky | tools/call big | BLOCKED | policy violation');
  });

  it('keeps within its limits', async () => {
    const slow = await client('slow');
    await slow.text('echo');
    await slow.text('echo');
    expect(await slow.refused('echo')).toMatchObject({ code: 'rate_limited', sent: 'no' });
    const fragile = await client('fragile');
    expect(await fragile.refused('big', { size: 50_000 })).toMatchObject({ code: 'response_too_large', sent: 'yes' });
    expect(await fragile.refused('big', { size: 3_000_000 })).toMatchObject({ code: 'response_too_large' });
    expect(await fragile.text('big', { size: 5 })).toBe('xxxxx');
  });

  it('is the filesystem server of npm: reads are passed on, writes are not', async () => {
    const files = await client('files');
    const tools = await files.tools();
    expect(tools).toContain('read_text_file');
    expect(tools).not.toContain('write_file');
    expect(await files.text('read_text_file', { path: path.join(shared, 'hello.txt') })).toBe('Hello from a file.');
    const write = { path: path.join(shared, 'new.txt'), content: 'x' };
    expect(await files.refused('write_file', write)).toMatchObject({ code: 'policy_denied' });
    expect(fs.existsSync(write.path)).toBe(false);
  });
});

describe('a server that changes its tools', () => {
  it('has the changed and the new ones switched off until the user reviews them', async () => {
    const changing = await client('changing');
    expect(await changing.tools()).toContain('echo');
    await changing.text('echo');
    const before = changing.told.count;
    await changing.text('env');
    await until(() => changing.told.count > before, 'to be told that the tools changed');
    const tools = await changing.tools();
    expect(tools).not.toContain('echo');
    expect(tools).not.toContain('later');
    expect(tools).toContain('env');
    expect(await changing.refused('echo')).toMatchObject({ code: 'policy_not_approved', sent: 'no' });
    expect(await changing.refused('later')).toMatchObject({ code: 'policy_not_approved', sent: 'no' });
    await changing.text('env');
    expect(await served.order({ do: 'review', server: 'changing' })).toMatchObject({ ok: true });
    await until(async () => (await changing.tools()).includes('later'), 'the reviewed tools');
    await changing.text('echo');
    const { description = '' } = (await changing.client.listTools()).tools.find(({ name }) => name === 'hidden') ?? {};
    expect(description).toBe('Harmless'); // reviewed, and still nothing that nobody sees
  });

  it('does not get away with saying nothing about it', async () => {
    const silent = await client('silent');
    await silent.text('echo');
    await sleep(100);
    await until(async () => !(await silent.tools()).includes('echo'), 'its list to be asked for again', 15_000);
    expect(await silent.refused('echo')).toMatchObject({ code: 'policy_not_approved' });
  });
});

describe('a server that fails', () => {
  it('lives on when it answers with the number that the SDK has for a closed connection', async () => {
    const fragile = await client('fragile');
    const { own } = JSON.parse(await fragile.text('children')) as { own: number };
    const result = await fragile.call('refuse');
    expect(result).toMatchObject({ isError: true, content: [{ type: 'text' }] });
    expect(JSON.stringify(result)).toContain('not today');
    expect(JSON.parse(await fragile.text('children'))).toMatchObject({ own });
  });

  it('is named as the one that failed, and not Valet Key', async () => {
    const fragile = await client('fragile');
    const refused = await fragile.refused('deep');
    expect(refused).toMatchObject({ code: 'response_too_large', sent: 'yes' });
    expect(refused.message).toContain('fragile');
    expect(await fragile.text('echo')).toBe('{}');
  });

  it('ends a call at once whose answer is no message of MCP', async () => {
    const fragile = await client('fragile');
    const since = Date.now();
    const result = await fragile.call('bare');
    expect(result).toMatchObject({ isError: true });
    expect(JSON.stringify(result)).toContain('malformed answer');
    expect(Date.now() - since).toBeLessThan(1500);
  });

  it('is told of in the log when it offers more tools than are taken', async () => {
    const many = await client('many');
    expect((await many.tools()).length).toBe(20);
    await many.tools();
    expect(served.diagnostics.filter((line) => line.includes('many offers more than 20 tools')).length).toBe(1);
  });

  it('keeps no agent waiting for its list of tools', async () => {
    const mute = await client('mute');
    const since = Date.now();
    expect(await mute.tools()).toEqual([]);
    expect(Date.now() - since).toBeLessThan(5000);
    expect(await mute.refused('echo')).toMatchObject({ code: 'upstream_timeout', sent: 'no' });
  });

  it('whose start a client led to says nothing of it: the client has the tools', async () => {
    const other = await client('other');
    expect(await other.tools()).toEqual(['echo', 'env']);
    await other.text('echo');
    await sleep(1500); // what a server says comes a second later at the most, and so does a proxy's own look
    expect(other.told.count).toBe(0);
  });

  it('floods no agent with notifications', async () => {
    const loud = await client('loud');
    await loud.tools();
    const before = loud.told.count;
    let heard = 0;
    await loud.call('flood', {}, { onprogress: () => heard++ });
    await sleep(1200); // the last word of each second comes late, and is not lost
    expect(loud.told.count - before).toBe(0); // its tools are the same as before
    expect(heard).toBeGreaterThanOrEqual(1);
    expect(heard).toBeLessThanOrEqual(60);
  });

  it('crashes with a clear error, and is there again for the next call', async () => {
    const fragile = await client('fragile');
    expect(await fragile.refused('crash')).toMatchObject({ code: 'upstream_unreachable', sent: 'unknown' });
    expect(await fragile.text('echo')).toBe('{}');
  });

  it('is started again with growing pauses when it keeps crashing', async () => {
    const fragile = await client('fragile');
    await fragile.refused('crash');
    await fragile.refused('crash');
    const refused = await fragile.refused('echo');
    expect(refused).toMatchObject({ code: 'upstream_unreachable', sent: 'no' });
    expect(refused.retryAfterMs).toBeGreaterThan(0);
    await sleep(refused.retryAfterMs ?? 0);
    expect(await fragile.text('echo')).toBe('{}');
  });

  it('hangs no longer than its time-out, and is ended if it does not even answer a ping', async () => {
    const fragile = await client('fragile');
    const pid = (JSON.parse(await fragile.text('children')) as { own: number }).own;
    expect(await fragile.refused('hang')).toMatchObject({ code: 'upstream_timeout', sent: 'unknown' });
    expect(await fragile.text('echo')).toBe('{}');
    expect(isRunning(pid)).toBe(true); // it was slow, and lives
    expect(await fragile.refused('block')).toMatchObject({ code: 'upstream_timeout' });
    await until(() => !isRunning(pid), 'the hung server to end');
    expect(await fragile.text('echo')).toBe('{}');
  });

  it('cannot be started: says so', async () => {
    const refused = await (await client('gone')).refused('echo');
    expect(refused).toMatchObject({ code: 'upstream_unreachable', sent: 'no' });
    expect(refused.message).toContain('not found');
  });
});

describe('freezing one server', () => {
  it('fails its calls at once, ends it with what it started within a second, and leaves the others alone', async () => {
    const [tricky, other] = [await client('tricky'), await client('other')];
    await other.text('echo');
    const { own, child } = JSON.parse(await tricky.text('children')) as { own: number; child: number };
    const underWay = tricky.refused('hang');
    await sleep(100);
    const began = performance.now();
    expect(await served.order({ do: 'freeze', service: 'tricky' })).toMatchObject({ ok: true });
    expect(await underWay).toMatchObject({ code: 'frozen', sent: 'unknown' });
    expect(performance.now() - began).toBeLessThan(500);
    expect(await tricky.refused('echo')).toMatchObject({ code: 'frozen', sent: 'no' });
    expect(await other.text('echo', { still: 'here' })).toBe('{"still":"here"}');
    await until(() => !isRunning(own) && !isRunning(child), 'the server and its child to end', 1000);
    expect(performance.now() - began).toBeLessThan(1000);
    expect(await tricky.tools()).toContain('echo'); // the agent keeps what it knows
    const told = tricky.told.count;
    expect(await served.order({ do: 'unfreeze', service: 'tricky' })).toMatchObject({ ok: true });
    expect(await tricky.text('echo', { back: true })).toBe('{"back":true}');
    expect(tricky.told.count).toBe(told); // and has nothing to learn
  });

  it('shows its tools when it is unfrozen to a client that came meanwhile', async () => {
    const fresh = await serve({ policy: policy({ other: SERVERS.other }), credentials: { other: freshKey() } });
    try {
      expect(await fresh.order({ do: 'freeze', service: 'other' })).toMatchObject({ ok: true });
      const other = await client('other', fresh);
      expect(await other.tools()).toEqual([]);
      expect(await fresh.order({ do: 'unfreeze', service: 'other' })).toMatchObject({ ok: true });
      await until(() => other.told.count > 0, 'to be told that there are tools');
      expect(await other.tools()).toEqual(['echo', 'env']);
    } finally {
      await fresh.stop();
    }
  });

  it('is a part of freezing all', async () => {
    const tricky = await client('tricky');
    const { own } = JSON.parse(await tricky.text('children')) as { own: number };
    await served.order({ do: 'freeze' });
    expect(await tricky.refused('echo')).toMatchObject({ code: 'frozen' });
    await until(() => !isRunning(own), 'the server to end', 1000);
    await served.order({ do: 'unfreeze' });
    await tricky.text('echo');
  });
});

describe('a change of policy or credential', () => {
  it('ends the server that runs with a revoked credential, and starts it with a rotated one', async () => {
    const gateway = await serve({ policy: policy({ tricky: SERVERS.tricky }), credentials: { tricky: key } });
    try {
      const tricky = await client('tricky', gateway);
      const { own } = JSON.parse(await tricky.text('children')) as { own: number };
      const next = freshKey();
      await gateway.order({ do: 'rotate', service: 'tricky', credential: next });
      expect(JSON.parse(await tricky.text('env'))).toMatchObject({ TOKEN: '[redacted:tricky]' });
      await until(() => !isRunning(own), 'the one with the old credential to end');
      const { own: second } = JSON.parse(await tricky.text('children')) as { own: number };
      await gateway.order({ do: 'revoke', service: 'tricky' });
      expect(await tricky.refused('echo')).toMatchObject({ code: 'revoked' });
      await until(() => !isRunning(second), 'the one with the revoked credential to end', 1000);
    } finally {
      await gateway.stop();
    }
  });

  it('ends the server whose command line changed, and keeps its credential from the new one', async () => {
    const gateway = await serve({ policy: policy({ tricky: SERVERS.tricky }), credentials: { tricky: key } });
    try {
      const tricky = await client('tricky', gateway);
      const { own } = JSON.parse(await tricky.text('children')) as { own: number };
      const moved = trickyServer('tricky', {}, ['--other']);
      fs.writeFileSync(gateway.policyFile, policy({ tricky: moved }));
      await gateway.order({ do: 'reload' });
      expect(await tricky.refused('echo')).toMatchObject({ code: 'origin_not_confirmed', sent: 'no' });
      await until(() => !isRunning(own), 'the old one to end', 1000);
      await gateway.order({ do: 'rotate', service: 'tricky', credential: key });
      expect(await tricky.text('echo')).toBe('{}');
    } finally {
      await gateway.stop();
    }
  });

  it('ends with the gateway, and with what it started', async () => {
    const gateway = await serve({ policy: policy({ tricky: SERVERS.tricky }), credentials: { tricky: key } });
    const tricky = await client('tricky', gateway);
    const { own, child } = JSON.parse(await tricky.text('children')) as { own: number; child: number };
    await gateway.stop();
    await until(() => !isRunning(own) && !isRunning(child), 'the server and its child to end', 1000);
    expect((await tricky.refused('echo')).code).toBe('gateway_unavailable');
    expect(await tricky.tools()).not.toContain('anything new');
  });
});

describe('a proxy of an upstream MCP server without a gateway', () => {
  it('answers initialize and tools/list, says what to do, and shows the tools once a gateway is there', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-'));
    const runtime = { ...served.proxy, env: { VALETKEY_RUNTIME_DIR: path.join(folder, 'run') } };
    const early = await wrappedClient(runtime, 'other');
    clients.push(early);
    expect(await early.tools()).toEqual([]);
    expect(await early.refused('echo')).toMatchObject({ code: 'gateway_unavailable', sent: 'no' });
    const gateway = await serve({ policy: policy({ other: SERVERS.other }), credentials: { other: key }, folder });
    try {
      await until(() => early.told.count > 0, 'to be told that there are tools');
      expect(await early.tools()).toEqual(['echo', 'env']);
      expect(await early.text('echo')).toBe('{}');
    } finally {
      await gateway.stop();
    }
  });
});
