import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_POINTER_CHARS, MAX_POINTERS } from '../../src/gateway/answer/select.ts';
import { accessSchema, callSchema, fromProxySchema } from '../../src/protocol/messages.ts';
import { MAX_NAME_CHARS, MAX_PATH_CHARS, MAX_REASON_CHARS } from '../../src/protocol/toolArguments.ts';
import { readGateways } from '../../src/proxy/findGateways.ts';
import { connect, type Order } from '../../src/proxy/gatewayConnection.ts';
import { idFromEnds } from '../../src/proxy/messageId.ts';
import { ARGUMENTS } from '../../src/proxy/tools.ts';
import { startRawProxy } from '../support/rawProxy.ts';
import { type Agent, freshKey, loopbackService, policyText, type Served, serve } from '../support/serve.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';
import { wrappedClient } from '../support/wrapped.ts';

let upstream: Upstream;
let served: Served;
let agent: Agent;

beforeAll(async () => {
  upstream = await startUpstream();
  served = await serve({
    policy: policyText({ api: loopbackService(upstream.origin) }),
    credentials: { api: freshKey() },
  });
  agent = await served.agent();
});

afterAll(async () => {
  await served.stop();
  await upstream.close();
});

const read = { service: 'api', path: '/x' };
const execute = { service: 'api', method: 'GET', path: '/x' };
const access = { service: 'api', method: 'GET', path: '/x', reason: 'why' };
const x = (count: number): string => 'x'.repeat(count);

/** Every text of an agent's that has a length of its own: a value of exactly that length, and one more. */
const FIELDS: readonly {
  readonly tool: keyof typeof ARGUMENTS;
  readonly args: object;
  readonly field: string;
  readonly most: number;
  readonly of?: (count: number) => unknown;
}[] = [
  { tool: 'list_services', args: {}, field: 'service', most: MAX_NAME_CHARS },
  ...(['read', 'execute'] as const).flatMap((tool) => {
    const args = tool === 'read' ? read : execute;
    return [
      { tool, args, field: 'service', most: MAX_NAME_CHARS },
      { tool, args, field: 'path', most: MAX_PATH_CHARS },
      { tool, args, field: 'reason', most: MAX_REASON_CHARS },
      { tool, args, field: 'select', most: MAX_POINTER_CHARS, of: (count: number) => [`/${x(count - 1)}`] },
      { tool, args, field: 'select', most: MAX_POINTERS, of: (count: number) => Array(count).fill('/a') },
    ];
  }),
  { tool: 'execute', args: execute, field: 'method', most: MAX_NAME_CHARS },
  { tool: 'request_access', args: access, field: 'service', most: MAX_NAME_CHARS },
  { tool: 'request_access', args: access, field: 'method', most: MAX_NAME_CHARS },
  { tool: 'request_access', args: access, field: 'path', most: MAX_PATH_CHARS },
  { tool: 'request_access', args: access, field: 'reason', most: MAX_REASON_CHARS },
];

/** What the gateway makes of the arguments that the proxy let through. */
function fits(tool: keyof typeof ARGUMENTS, args: object): boolean {
  if (tool === 'list_services') return fromProxySchema.safeParse({ do: 'listServices', id: 1, ...args }).success;
  if (tool === 'request_access') return accessSchema.safeParse(args).success;
  return callSchema.safeParse({ method: 'GET', ...args, tool }).success;
}

describe('an argument', () => {
  // Clients write `select` in several ways, which the gateway reads.
  it.each(FIELDS.filter(({ field }) => field !== 'select'))(
    'has one length for proxy and gateway: $tool, $field of $most',
    ({ tool, args, field, most, of = x }) => {
      for (const [count, fine] of [
        [most, true],
        [most + 1, false],
      ] as const) {
        const given = { ...args, [field]: of(count) };
        expect(ARGUMENTS[tool].safeParse(given).success, `proxy, ${count}`).toBe(fine);
        expect(fits(tool, given), `gateway, ${count}`).toBe(fine);
      }
    },
  );

  it.each(FIELDS)(
    'that is too long is one refusal, which names it and its length, and ends nothing: $tool, $field of $most',
    async ({ tool, args, field, most, of = x }) => {
      const slow = agent.ok('read', { service: 'api', path: '/slow/400' });
      const refusal = await agent.refused(tool, { ...args, [field]: of(most + 1) });
      expect(refusal).toMatchObject({ code: 'invalid_request', sent: 'no' });
      expect(refusal.message).toContain(field);
      expect(refusal.message).toContain(String(most));
      expect((await slow).status).toBe(200);
    },
  );

  it('is refused by the gateway alone, too, for whoever speaks to it without our proxy, and ends nothing', async () => {
    const [discovery] = readGateways(served.runtimeDir);
    if (!discovery) throw new Error('no gateway');
    const raw = await connect({ discovery, fit: 2, scope: 'window' }, { name: 'somebody' });
    try {
      const call = { ...execute, tool: 'execute' };
      const bad = [
        { do: 'execute', call: { ...call, service: x(MAX_NAME_CHARS + 1) } },
        { do: 'execute', call: { ...call, method: x(5000) } },
        { do: 'execute', call: { ...call, path: 7 } },
        { do: 'execute', call: { ...call, tool: 'other' } },
        { do: 'execute', call: { ...call, query: { a: {} } } },
        { do: 'execute' },
        { do: 'listServices', service: x(MAX_NAME_CHARS + 1) },
        { do: 'requestAccess', access: { ...access, reason: x(MAX_REASON_CHARS + 1) } },
        { do: 'listTools', server: x(MAX_NAME_CHARS + 1) },
        { do: 'callTool', call: { server: 'a', tool: x(MAX_NAME_CHARS + 1), arguments: {} } },
        { do: 'callTool', call: { server: 'a', tool: 'b', arguments: [] } },
        { do: 'nothing' },
        {},
      ];
      const ask = (id: number, message: object): Promise<unknown> => raw.ask({ ...message, id } as Order);
      const slow = ask(1000, { do: 'execute', call: { ...call, path: '/slow/400' } });
      for (const [id, message] of bad.entries()) {
        expect(await ask(id, message), JSON.stringify(message).slice(0, 80)).toMatchObject({
          refusal: { code: 'invalid_request', sent: 'no' },
        });
      }
      expect(await slow).toMatchObject({ answer: { status: 200 } });
    } finally {
      raw.retire();
    }
  });

  it('is no tool of an upstream MCP server with a name that is too long', async () => {
    const one = await wrappedClient(served.proxy, 'nothing');
    try {
      expect(await one.refused(x(MAX_NAME_CHARS + 1))).toMatchObject({ code: 'invalid_request', sent: 'no' });
    } finally {
      await one.close();
    }
  });
});

/** A message that is too large, with its id in each place where clients write it. */
const LINES: readonly (readonly [where: string, lineOf: (id: unknown, big: string) => string])[] = [
  [
    'before',
    (id: unknown, big: string) =>
      `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"tools/call","params":"${big}"}`,
  ],
  [
    'behind',
    (id: unknown, big: string) =>
      `{"method":"tools/call","params":"${big}","jsonrpc":"2.0","id":${JSON.stringify(id)}}`,
  ],
  ['first', (id: unknown, big: string) => `{"id":${JSON.stringify(id)},"params":"${big}","jsonrpc":"2.0"}`],
  [
    'between',
    (id: unknown, big: string) => `{"params":"${big}","id":${JSON.stringify(id)},"jsonrpc":"2.0","method":"x"} `,
  ],
];

describe('a message that is too large', () => {
  it.each(LINES)(
    'is answered by its id, which stands %s its parameters, and the next one is read',
    async (_name, lineOf) => {
      const proxy = startRawProxy(served.proxy);
      for (const id of [7, 'a-b_c:1']) proxy.write(`${lineOf(id, x(9e6))}\n`);
      await proxy.ask(8, 'ping');
      await proxy.end();
      expect(proxy.said).toMatchObject([
        { id: 7, error: { code: -32600, message: expect.stringContaining('longer than') } },
        { id: 'a-b_c:1', error: { code: -32600 } },
        { id: 8, result: {} },
      ]);
    },
  );

  it('has no other’s id: one in its parameters is not its own', () => {
    const big = x(10);
    for (const [head, tail] of [
      [`{"params":{"id":1,"a":"${big}`, `${big}","b":{"id":2}}}`],
      [`{"method":"x","params":{"id":3,`, `"id":4}}`],
      [`[{"id":5,`, `"id":6}]`],
      ['', ''],
    ] as const) {
      expect(idFromEnds({ head, tail })).toBeNull();
    }
    expect(idFromEnds({ head: x(4096), tail: `${' '.repeat(4000)},"id":1` })).toBeNull();
  });
});
