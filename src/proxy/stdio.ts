import type { Readable, Writable } from 'node:stream';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { type JSONRPCMessage, JSONRPCMessageSchema, type JSONRPCRequest } from '@modelcontextprotocol/sdk/types.js';
import { LineSplitter, tooLong } from '../protocol/lines.ts';
import { LineWriter } from '../protocol/lineWriter.ts';
import { idFromEnds } from './messageId.ts';
import { type PerformCall, ToolCalls } from './toolCalls.ts';

const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
/** JSON-RPC 2.0, section 5.1. */
const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
const INVALID_PARAMS = -32602;

const OUT_OF_FORM =
  'a tool call is not valid: its params must have the name of the tool, a string, and its arguments, an object; nothing was sent, so correct them and call again';

/**
 * MCP's stdio transport that survives its peer: what is too long, not JSON or not JSON-RPC gets an error reply, and the
 * next message is read as if nothing had happened. (The SDK's own transport closes on a long line and is silent on a bad one.)
 * Calls of tools it answers itself.
 */
export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #input: Readable;
  readonly #output: LineWriter;
  readonly #calls: ToolCalls;
  readonly #lines = new LineSplitter(MAX_MESSAGE_BYTES, { late: true });

  constructor(input: Readable, output: Writable, perform: PerformCall) {
    this.#input = input;
    this.#output = new LineWriter(output);
    this.#calls = new ToolCalls(perform, (json) => this.#output.sendLine(json));
  }

  async start(): Promise<void> {
    this.#input.on('data', (chunk: Buffer) => {
      for (const line of this.#lines.push(chunk)) this.#take(line);
    });
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const revision = agreedRevision(message);
    if (revision !== undefined) this.#calls.agreedOn(revision);
    this.#output.send(message);
  }

  async close(): Promise<void> {
    this.onclose?.();
  }

  #take(line: string | typeof tooLong): void {
    if (line === tooLong) {
      const message = `the message is longer than ${MAX_MESSAGE_BYTES} bytes: send less, in several calls`;
      this.#refuse(INVALID_REQUEST, message, idFromEnds(this.#lines.ends));
      return;
    }
    if (line.trim() === '') return;
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch {
      this.#refuse(PARSE_ERROR, 'a message is not JSON');
      return;
    }
    if (this.#calls.take(json)) return;
    const message = JSONRPCMessageSchema.safeParse(json);
    if (!message.success) this.#refuse(INVALID_REQUEST, 'a message is not JSON-RPC 2.0', idOfRequest(json));
    else if (isCallOutOfForm(message.data)) this.#refuse(INVALID_PARAMS, OUT_OF_FORM, message.data.id);
    else this.onmessage?.(message.data);
  }

  #refuse(code: number, message: string, id: string | number | null = null): void {
    this.#output.send({ jsonrpc: '2.0', id, error: { code, message } });
  }
}

/** By which the sender of what is no request in some other way still hears of it; null for what has none, or is no request. */
function idOfRequest(json: unknown): string | number | null {
  if (typeof json !== 'object' || json === null || !('id' in json && 'method' in json)) return null;
  return typeof json.id === 'string' || typeof json.id === 'number' ? json.id : null;
}

/** A call that was not taken. */
function isCallOutOfForm(message: JSONRPCMessage): message is JSONRPCRequest {
  return 'id' in message && 'method' in message && message.method === 'tools/call';
}

/** The revision of MCP that an answer to `initialize` names; undefined for any other message. */
function agreedRevision(message: JSONRPCMessage): string | undefined {
  const revision = 'result' in message ? message.result.protocolVersion : undefined;
  return typeof revision === 'string' ? revision : undefined;
}
