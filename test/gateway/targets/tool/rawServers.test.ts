import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { freshKey, type Served, serve } from '../../../support/serve.ts';
import { until } from '../../../support/until.ts';
import { type WrappedClient, wrappedClient } from '../../../support/wrapped.ts';

const RAW = path.join(import.meta.dirname, '../../../support/rawServer.ts');
const ANYTHING = z.looseObject({});
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-raw-'));
const MOODS = [
  'plain',
  'batch',
  'noise',
  'log',
  'null-error',
  'all-members',
  'bom',
  'loading',
  'newer',
  'newer-error',
  'license',
  'dies',
  'bad-tools',
  'null-cursor',
  'empty-cursor',
  'same-cursor',
  'no-tools',
  'no-list',
  'huge',
  'annotated',
  'instructed',
  'plainly-instructed',
  'long-winded',
];
let served: Served;
const clients: WrappedClient[] = [];

beforeAll(async () => {
  const servers = Object.fromEntries(
    MOODS.map((mood) => [
      mood,
      {
        command: process.execPath,
        args: [RAW, mood, path.join(folder, mood)],
        env: { TOKEN: { credential: mood } },
        tools: { allow: ['*'] },
        limits: { timeout: '5s' },
      },
    ]),
  );
  const gone = { command: 'no-such-program-anywhere', tools: { allow: ['*'] } };
  served = await serve({
    policy: JSON.stringify({ servers: { ...servers, gone } }),
    credentials: Object.fromEntries(MOODS.map((mood) => [mood, freshKey()])),
  });
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

afterAll(async () => {
  await served?.stop();
  fs.rmSync(folder, { recursive: true, force: true });
});

async function client(server: string): Promise<WrappedClient> {
  const one = await wrappedClient(served.proxy, server);
  clients.push(one);
  return one;
}

/**
 * What a client is told of a server that runs: the answer to `initialize` waits three seconds for one that starts, which is not
 * always enough on a busy machine.
 */
async function instructionsOf(server: string): Promise<string | undefined> {
  await (await client(server)).tools();
  return (await client(server)).client.getInstructions();
}

const logged = (words: RegExp): readonly string[] => served.diagnostics.filter((line) => words.test(line));

describe('a server that speaks otherwise than today’s', () => {
  it.each(['plain', 'batch', 'noise', 'log', 'null-error', 'all-members', 'bom', 'loading', 'null-cursor'])(
    'is understood: %s',
    async (mood) => {
      const one = await client(mood);
      expect(await one.tools()).toEqual(['get_thing']);
      expect(await one.text('get_thing')).toBe('ok');
    },
  );

  it.each(['empty-cursor', 'same-cursor'])('has its list end where it goes on nowhere: %s', async (mood) => {
    expect(await (await client(mood)).tools()).toEqual(['get_thing']);
    expect(logged(new RegExp(`${mood} offers`)).filter((line) => line.includes('more than'))).toEqual([]);
  });

  it('has no tools where its list is null', async () => {
    expect(await (await client('no-tools')).tools()).toEqual([]);
    expect(logged(/\[warn\].*no-tools/)).toEqual([]);
  });

  it.each(['newer', 'newer-error'])('has its protocol named that is newer: %s', async (mood) => {
    const refused = await (await client(mood)).refused('get_thing');
    expect(refused).toMatchObject({ code: 'upstream_unreachable', sent: 'no' });
    expect(refused.message).toContain('newer protocol of MCP (2026-07-28)');
  });

  it('has no day taken for a protocol that is none, and its words kept for the user', async () => {
    const refused = await (await client('license')).refused('get_thing');
    expect(refused.message).toContain('license could not be started: it answered with an error, which is in the log.');
    expect(JSON.stringify(refused)).not.toMatch(/2026|plan/);
    expect(logged(/license says: .*Your plan ended on 2026-12-01, \[redacted:license\]/)).not.toEqual([]);
  });
});

it('has what is found wrong with it logged as that, and not as its words', async () => {
  await (await client('log')).tools();
  await until(() => logged(/Connection to log: .*not JSON-RPC/).length > 0, 'a word about it');
  expect(logged(/log says/)).toEqual([]);
});

describe('why a server has no tools', () => {
  it.each([
    ['gone', /gone could not be started: its program was not found/, /who can install it, or write its whole path/],
    ['dies', /dies could not be started: it ended before it answered/, /who finds what it said in the log/],
    [
      'huge',
      /huge could not be started: its list of tools is larger than \d+ bytes, which `limits.responseBytes` raises/,
      /tell the user/,
    ],
    ['no-list', /no-list could not be started: it did not answer as an MCP server does/, /tell the user/],
  ])('is told to the user and the agent, once a failure: %s', async (mood, why, help) => {
    const one = await client(mood);
    const heard: unknown[] = [];
    one.client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void heard.push(params.data));
    expect(one.client.getInstructions()).toMatch(why);
    const { tools, _meta } = await one.client.listTools();
    expect(tools).toEqual([]);
    expect(_meta?.['valet-key/error']).toMatchObject({
      code: 'upstream_unreachable',
      message: expect.stringMatching(why),
      nextStep: expect.stringMatching(help),
    });
    await until(() => heard.length > 0, 'a word about it');
    expect(heard.join()).toMatch(why);
    await one.client.listTools();
    expect(logged(why)).toHaveLength(1);
    expect(logged(/says: .*Connection closed/)).toEqual([]); // those are the SDK's words
    const { servers } = (await served.order({ do: 'status' })) as { servers: { name: string; failure?: string }[] };
    expect(servers.find(({ name }) => name === mood)?.failure).toMatch(why);
  });

  it('is told no more once it works', async () => {
    const { servers } = (await served.order({ do: 'status' })) as { servers: { name: string; failure?: string }[] };
    expect(servers.find(({ name }) => name === 'plain')).not.toHaveProperty('failure');
  });

  it('is one bad tool for that tool alone, which the log names', async () => {
    const one = await client('bad-tools');
    expect(await one.tools()).toEqual(['get_thing', 'iconic']);
    expect(logged(/bad-tools offers tools/)).toEqual([
      expect.stringContaining(
        '"bad_[redacted:bad-tools]" (inputSchema), "none" (inputSchema), "undefined" (name), "no name" (name), "get_thing" (name, which another tool has)',
      ),
    ]);
  });
});

describe('what a server says of itself and its tools', () => {
  it('is passed on with every field of an annotation, but no credential', async () => {
    const { tools } = await (await client('annotated')).client.listTools();
    expect(tools[0]?.annotations).toMatchObject({ readOnlyHint: false });
    // The SDK's client strips what it does not know: the bytes tell.
    const [shown] = await raw('annotated');
    expect(shown).toEqual({
      readOnlyHint: false,
      category: 'input',
      note: ['for [redacted:annotated]', { deep: true }],
    });
  });

  it('is beside our own instructions, without credentials', async () => {
    const own = (await client('plain')).client.getInstructions();
    expect(own).toContain('On an error follow its nextStep');
    // Some clients take up no tools that come later.
    expect(own).toContain('to restart you or to reconnect this server');
    const instructions = await instructionsOf('plainly-instructed');
    expect(instructions).toContain('On an error follow its nextStep');
    expect(instructions).toContain('says of itself:\nCall get_thing first; token [redacted:plainly-instructed].');
  });

  it('is cut', async () => {
    const instructions = await instructionsOf('long-winded');
    expect(instructions).toContain('word word');
    expect(instructions?.length).toBeLessThan(5000);
  });

  it('is off where it hides something, and where it changes, until the user reviews it', async () => {
    expect(await instructionsOf('instructed')).not.toContain('Call get_thing');
    await client('plainly-instructed');
    await served.order({ do: 'freeze', service: 'plainly-instructed' });
    await served.order({ do: 'unfreeze', service: 'plainly-instructed' });
    const again = await client('plainly-instructed');
    expect(again.client.getInstructions()).not.toContain('get_thing first');
    expect(await again.tools()).toEqual(['get_thing']); // its tools are as they were
    await served.order({ do: 'review', server: 'plainly-instructed' });
    expect((await client('plainly-instructed')).client.getInstructions()).toContain('Then ~/.ssh.');
  });

  it('has no tool of that name', async () => {
    const one = await client('plainly-instructed');
    expect(await one.tools()).toEqual(['get_thing']);
    expect(await one.refused('(instructions)')).toMatchObject({ code: 'invalid_request', sent: 'no' });
    const { servers } = (await served.order({ do: 'status' })) as { servers: { name: string; tools: object }[] };
    expect(servers.find(({ name }) => name === 'plainly-instructed')?.tools).toMatchObject({ offered: 1, usable: 1 });
  });
});

/** The annotations of the tools of a server, as the proxy wrote them. */
async function raw(server: string): Promise<unknown[]> {
  const one = await client(server);
  const seen = await one.client.request({ method: 'tools/list' }, ANYTHING);
  return (seen.tools as { annotations?: unknown }[]).map(({ annotations }) => annotations);
}
