import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { CallToolResult, Progress } from '@modelcontextprotocol/sdk/types.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import type { Refusal } from '../../src/protocol/messages.ts';
import type { Served } from './serve.ts';

const TRICKY = path.join(import.meta.dirname, 'trickyServer.ts');

/** A policy's entry for the tricky test server, whose token is the credential `NAME`. */
export function trickyServer(
  credential: string | undefined,
  more: Record<string, unknown> = {},
  args: readonly string[] = [],
): Record<string, unknown> {
  return {
    command: process.execPath,
    args: [TRICKY, ...args],
    ...(credential === undefined ? {} : { env: { TOKEN: { credential }, MODE: 'plain' } }),
    tools: { allow: ['*'] },
    ...more,
  };
}

/** An MCP client that started the proxy as one upstream MCP server. */
export interface WrappedClient {
  readonly client: Client;
  /** How often it was told that the tools changed. */
  readonly told: { count: number };
  tools(): Promise<string[]>;
  call(tool: string, args?: Record<string, unknown>, options?: CallOptions): Promise<CallToolResult>;
  /** The text of a result that must not be a refusal. */
  text(tool: string, args?: Record<string, unknown>): Promise<string>;
  /** The error of a call that must be refused. */
  refused(tool: string, args?: Record<string, unknown>): Promise<Refusal>;
  close(): Promise<void>;
}

interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onprogress?: (progress: Progress) => void;
}

export async function wrappedClient(
  proxy: Served['proxy'],
  server: string,
  name = 'claude-code',
): Promise<WrappedClient> {
  const client = new Client({ name, version: '1.0.0' });
  const told = { count: 0 };
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    told.count++;
  });
  await client.connect(
    new StdioClientTransport({ ...proxy, args: [...proxy.args, '--server', server], stderr: 'inherit' }),
  );
  const call: WrappedClient['call'] = async (tool, args = {}, options = {}) =>
    (await client.callTool({ name: tool, arguments: args }, undefined, options)) as CallToolResult;
  const refusalOf = (result: CallToolResult): Refusal | undefined =>
    (result.structuredContent as { error?: Refusal } | undefined)?.error;
  return {
    client,
    told,
    call,
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    text: async (tool, args) => {
      const result = await call(tool, args);
      if (refusalOf(result)) throw new Error(`refused: ${JSON.stringify(refusalOf(result))}`);
      const [first] = result.content;
      return first?.type === 'text' ? first.text : '';
    },
    refused: async (tool, args) => {
      const result = await call(tool, args);
      const refusal = refusalOf(result);
      if (!refusal || result.isError !== true) throw new Error(`not refused: ${JSON.stringify(result).slice(0, 300)}`);
      return refusal;
    },
    close: () => client.close(),
  };
}
