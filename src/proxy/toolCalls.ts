import {
  type CallToolRequest,
  CallToolRequestSchema,
  type ServerNotification,
} from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { withoutNulls } from '../protocol/withoutNulls.ts';
import type { Reply } from './reply.ts';

/** A request of MCP's for a call, which is checked once, here. */
const requestSchema = z.strictObject({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string(), z.int()]),
  ...CallToolRequestSchema.shape,
  // Such as the arguments of a tool that needs none.
  params: z.preprocess(withoutNulls, CallToolRequestSchema.shape.params),
});
type RequestId = z.infer<typeof requestSchema>['id'];

const cancelledSchema = z.looseObject({
  method: z.literal('notifications/cancelled'),
  params: z.looseObject({ requestId: z.union([z.string(), z.int()]) }),
});

/** JSON-RPC 2.0, section 5.1. */
const INTERNAL_ERROR = -32603;

export type CallParams = CallToolRequest['params'];

/** What a call may use while it is under way. */
export interface CallExtra {
  /** Aborted when the client takes its call back. */
  readonly signal: AbortSignal;
  /** Tells the client something, for as long as it waits. */
  readonly notify: (notification: ServerNotification) => void;
  /** Whether the client knows `structuredContent`. */
  readonly takesStructured: boolean;
}

/** The first revision of MCP that has `structuredContent`: a client of an older one may hand all of a result to its model. */
const STRUCTURED_SINCE = '2025-06-18';

/** Performs a call. Resolves with the JSON of MCP's result. */
export type PerformCall = (params: CallParams, extra: CallExtra) => Promise<string>;

/**
 * Answers the calls of tools, beside the SDK, which answers everything else: the SDK checks each call four times and its
 * result once more, and wants that result as an object.
 */
export class ToolCalls {
  readonly #perform: PerformCall;
  readonly #sendLine: (json: string) => void;
  readonly #underWay = new Map<RequestId, AbortController>();
  #takesStructured = true;

  constructor(perform: PerformCall, sendLine: (json: string) => void) {
    this.#perform = perform;
    this.#sendLine = sendLine;
  }

  /** The client and the SDK have agreed on this revision of MCP, whose name is its date. */
  agreedOn(revision: string): void {
    this.#takesStructured = revision >= STRUCTURED_SINCE;
  }

  /** Takes a message that is a call in good form, and says whether it was. */
  take(message: unknown): boolean {
    if (!isCall(message)) {
      this.#cancel(message);
      return false;
    }
    const request = requestSchema.safeParse(message);
    if (!request.success) return false;
    void this.#answer(request.data.id, request.data.params);
    return true;
  }

  async #answer(id: RequestId, params: CallParams): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    this.#underWay.set(id, controller);
    const notify = (notification: ServerNotification): void => {
      if (!signal.aborted) this.#sendLine(JSON.stringify({ jsonrpc: '2.0', ...notification }));
    };
    let outcome: string;
    try {
      const extra = { signal, notify, takesStructured: this.#takesStructured };
      outcome = `"result":${await this.#perform(params, extra)}`;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      outcome = `"error":${JSON.stringify({ code: INTERNAL_ERROR, message })}`;
    }
    if (this.#underWay.get(id) === controller) this.#underWay.delete(id);
    // Nobody waits for the answer to a call that was taken back.
    if (!signal.aborted) this.#sendLine(`{${outcome},"jsonrpc":"2.0","id":${JSON.stringify(id)}}`);
  }

  #cancel(message: unknown): void {
    if (this.#underWay.size === 0) return;
    const cancelled = cancelledSchema.safeParse(message);
    if (cancelled.success) this.#underWay.get(cancelled.data.params.requestId)?.abort();
  }
}

/** The same content twice: as text for clients that read only text and, for those that know it, structured. */
export function resultJson(reply: Reply, takesStructured: boolean): string {
  const refused = 'refusal' in reply;
  const json = refused ? JSON.stringify({ error: reply.refusal }) : reply.json;
  const structured = takesStructured ? `,"structuredContent":${json}` : '';
  const end = refused ? ',"isError":true' : '';
  return `{"content":[{"type":"text","text":${JSON.stringify(json)}}]${structured}${end}}`;
}

function isCall(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'method' in message && message.method === 'tools/call';
}
