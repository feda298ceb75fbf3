import { createMCPClient } from '@ai-sdk/mcp';
import { Experimental_StdioMCPTransport } from '@ai-sdk/mcp/mcp-stdio';
import { mcpToTool } from '@google/genai';
import { getAllMcpTools, MCPServerStdio, Agent as OpenAiAgent, RunContext } from '@openai/agents-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type ModelTool, offences, type Schema } from '../support/modelRules.ts';
import { type Agent, freshKey, loopbackService, policyText, type Served, serve } from '../support/serve.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

/** A client library: what its model is told of our tools, and how a call of its model reaches them. */
interface Library {
  readonly tools: readonly ModelTool[];
  /** Whose models it makes them for; without it, for any. */
  readonly apis?: readonly string[];
  call(tool: string, args: object): Promise<unknown>;
  close(): Promise<void>;
}

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
  await served?.stop();
  await upstream?.close();
});

const LIBRARIES: Readonly<Record<string, () => Promise<Library>>> = {
  'the MCP SDK': async () => {
    const { tools } = await agent.client.listTools();
    return {
      tools: tools.map(({ name, inputSchema }) => ({ name, parameters: inputSchema as Schema })),
      call: (name, args) => agent.client.callTool({ name, arguments: { ...args } }),
      close: async () => undefined,
    };
  },
  '@ai-sdk/mcp': async () => {
    const client = await createMCPClient({ transport: new Experimental_StdioMCPTransport(served.proxy) });
    const tools = await client.tools();
    return {
      tools: await Promise.all(
        Object.entries(tools).map(async ([name, { inputSchema }]) => ({
          name,
          parameters: (await (inputSchema as unknown as { readonly jsonSchema: Schema }).jsonSchema) as Schema,
        })),
      ),
      call: async (name, args) => tools[name]?.execute?.(args, { toolCallId: '1', messages: [], context: {} }),
      close: () => client.close(),
    };
  },
  '@google/genai': async () => {
    const one = await served.agent('gemini-cli');
    const callable = mcpToTool(one.client);
    const { functionDeclarations = [] } = await callable.tool();
    return {
      tools: functionDeclarations.map(({ name = '', parametersJsonSchema }) => ({
        name,
        parameters: parametersJsonSchema as Schema,
      })),
      call: (name, args) => callable.callTool([{ name, args: { ...args } }]),
      close: () => one.close(),
    };
  },
  '@openai/agents': () => openAi(false),
  '@openai/agents, strict': () => openAi(true),
};

async function openAi(convertSchemasToStrict: boolean): Promise<Library> {
  const { command, args, env } = served.proxy;
  const server = new MCPServerStdio({ name: 'valet-key', command, args, env });
  await server.connect();
  const runContext = new RunContext();
  const tools = await getAllMcpTools({
    mcpServers: [server],
    convertSchemasToStrict,
    runContext,
    agent: new OpenAiAgent({ name: 'tester' }),
  });
  const functions = tools.filter((tool) => tool.type === 'function');
  return {
    tools: functions.map(({ name, parameters }) => ({ name, parameters: parameters as unknown as Schema })),
    ...(convertSchemasToStrict ? { apis: ['openai'] } : {}),
    call: async (name, given) =>
      functions.find((tool) => tool.name === name)?.invoke(runContext, JSON.stringify(given)),
    close: () => server.close(),
  };
}

/** A nested write, with nulls and with what is empty. */
const BODY = {
  name: 'Ada',
  parent: null,
  tags: [],
  meta: {},
  lines: [{ sku: 'a', note: '', more: [null, { b: [1] }] }],
};
const WRITE = { service: 'api', method: 'POST', path: '/customers', json: BODY };
/** What models add to it that leave no argument out. */
const NULLS = { query: null, headers: null, form: null, text: null, select: null, maxChars: null, reason: null };
const EMPTIES = { query: {}, headers: {}, form: {}, text: '', select: [], reason: '' };

describe.each(Object.entries(LIBRARIES))('through %s', (_name, connect) => {
  let library: Library;
  beforeAll(async () => {
    library = await connect();
  });
  afterAll(() => library?.close());

  it('the tools are such as OpenAI, Gemini and Anthropic take', () => {
    expect(library.tools.map(({ name }) => name)).toEqual(['list_services', 'read', 'execute', 'request_access']);
    expect(offences(library.tools, library.apis)).toEqual([]);
  });

  it('a nested write fits them, and nothing of it is lost', () => {
    const { parameters } = library.tools.find(({ name }) => name === 'execute') as ModelTool;
    const read = z.fromJSONSchema(parameters as Parameters<typeof z.fromJSONSchema>[0]);
    for (const more of [{}, EMPTIES]) expect(read.parse({ ...WRITE, ...more })).toEqual({ ...WRITE, ...more });
    expect(() => read.parse({ ...WRITE, json: 5 })).toThrow();
  });

  it.each([
    ['as it is', {}],
    ['with nulls', NULLS],
    ['with what is empty', EMPTIES],
    ['as texts', { json: JSON.stringify(BODY), query: '{}', maxChars: '5000' }],
  ])('it arrives %s', async (_how, more) => {
    const before = upstream.requests.length;
    await library.call('execute', { ...WRITE, ...more });
    expect(upstream.requests.slice(before)).toMatchObject([
      { method: 'POST', target: '/customers', body: JSON.stringify(BODY) },
    ]);
  });
});

describe('the rules of the APIs', () => {
  const tool = (schema: Schema): ModelTool => ({
    name: 'a',
    parameters: { type: 'object', properties: { json: schema } },
  });
  it.each<Schema>([
    { description: 'A JSON body' },
    {},
    { type: ['object', 'array'] },
    { type: 'array' },
    { anyOf: [{ type: 'object' }, { type: 'array' }] },
    { $ref: '#/$defs/a' },
    { type: 'string', format: 'uri' },
    { type: 'object', properties: { 'a b': { type: 'string' } } },
    { type: 'object', additionalProperties: { description: 'anything' } },
  ])('are broken by %j', (schema) => {
    expect(offences([tool(schema)])).not.toEqual([]);
  });
});
