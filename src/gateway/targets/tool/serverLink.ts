import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  EmptyResultSchema,
  LoggingMessageNotificationSchema,
  type Progress,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { JsonWeight, MAX_JSON_WEIGHT } from '../../../core/jsonWeight.ts';
import type { OfferedTools } from '../../cleaning/lookAtTools.ts';
import type { ToolResult } from '../../cleaning/toolResult.ts';
import { namingNewerProtocol } from './newerProtocol.ts';

declare const VALETKEY_VERSION: string;

/** Longer than any call may take: our own deadlines are the ones that count. In milliseconds. */
const NEVER_MS = 24 * 60 * 60 * 1000;
/** What is taken of a server's list of tools; an agent could not choose among more. */
const MAX_PAGES = 20;
const MAX_TOOLS = 1000;
/** Of all pages together, as JSON; see also {@link JsonWeight}. */
const MAX_CHARS = 1024 * 1024;

/** What is in a result is looked at where it holds up nothing: by the thread of `Cleaner`. */
const ANY_RESULT = z.looseObject({});
/** Servers in other languages write `null` for a list without entries, and for no further page. */
const ANY_TOOLS = z.looseObject({ tools: z.array(z.unknown()).nullish(), nextCursor: z.string().nullish() });

export interface LinkEvents {
  /** The connection is over, whoever ended it. */
  onEnd(): void;
  onToolsChanged(): void;
  /** It offers more tools than are taken; told once. */
  onToolsCut(taken: number): void;
  /** A log message of the server's, not redacted yet. */
  onLog(level: string, data: unknown): void;
  /** What the SDK or the transport finds wrong with what the server sent: not redacted yet, since it may repeat that. */
  onProblem(message: string): void;
}

/**
 * One connection to a real server, through the SDK's client. It offers no capability, so that sampling, elicitation and
 * roots are refused by the client itself; and results are not validated against schemas that the server chose.
 */
export class ServerLink {
  readonly #client: Client;
  readonly #events: LinkEvents;
  #ended = false;
  #cutReported = false;

  private constructor(client: Client, events: LinkEvents) {
    this.#client = client;
    this.#events = events;
  }

  /** Connects and initialises. Rejects with whatever the transport or the server answered. */
  static async open(transport: Transport, events: LinkEvents, signal: AbortSignal): Promise<ServerLink> {
    const client = new Client({ name: 'valet-key', version: VALETKEY_VERSION }, { capabilities: {} });
    const link = new ServerLink(client, events);
    client.onclose = () => {
      link.#ended = true;
      events.onEnd();
    };
    // Protocol errors of single messages; what matters shows in a call's own outcome.
    client.onerror = (error) => events.onProblem(error.message);
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => events.onToolsChanged());
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) =>
      events.onLog(params.level, params.data),
    );
    try {
      await client.connect(transport, { signal, timeout: NEVER_MS });
    } catch (error) {
      throw namingNewerProtocol(error);
    }
    return link;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** All that the server offers, as it gives it. */
  async offer(signal: AbortSignal): Promise<OfferedTools> {
    const instructions = this.#client.getInstructions();
    const lists = await this.#lists(signal);
    // What is longer than any list of tools may be is not looked through.
    return { lists, ...(instructions !== undefined && instructions.length <= MAX_CHARS ? { instructions } : {}) };
  }

  async #lists(signal: AbortSignal): Promise<readonly string[]> {
    if (!this.#client.getServerCapabilities()?.tools) return [];
    const pages: string[] = [];
    let tools = 0;
    let chars = 0;
    const weighed = new JsonWeight();
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const result = await this.#client.request(
        { method: 'tools/list', params: cursor === undefined ? {} : { cursor } },
        ANY_TOOLS,
        { signal, timeout: NEVER_MS },
      );
      const offered = result.tools ?? [];
      const taken = offered.slice(0, MAX_TOOLS - tools);
      const text = JSON.stringify(taken);
      chars += text.length;
      if (chars > MAX_CHARS || weighed.add(text).weight > MAX_JSON_WEIGHT) return this.#cut(pages, tools);
      pages.push(text);
      tools += taken.length;
      if (taken.length < offered.length) return this.#cut(pages, tools);
      // Some servers write nothing for no cursor, and some the same one again and again.
      const next = result.nextCursor || undefined;
      if (next === undefined || next === cursor) return pages;
      cursor = next;
    }
    return this.#cut(pages, tools);
  }

  #cut(pages: readonly string[], tools: number): readonly string[] {
    if (!this.#cutReported) {
      this.#cutReported = true;
      this.#events.onToolsCut(tools);
    }
    return pages;
  }

  /** Rejects with the signal's reason, with an `McpError` of the server's, or when the connection ends. */
  callTool(
    name: string,
    args: Record<string, unknown>,
    options: { readonly signal: AbortSignal; readonly onProgress?: (progress: Progress) => void },
  ): Promise<ToolResult> {
    const { signal, onProgress } = options;
    return this.#client.request({ method: 'tools/call', params: { name, arguments: args } }, ANY_RESULT, {
      signal,
      timeout: NEVER_MS,
      ...(onProgress ? { onprogress: onProgress } : {}),
    });
  }

  /** Whether the server still answers anything, within `ms`. */
  async answers(ms: number): Promise<boolean> {
    try {
      await this.#client.request({ method: 'ping' }, EmptyResultSchema, { timeout: ms });
      return true;
    } catch {
      return false; // also an error answer would mean that it lives, and a server that has no `ping` is not one of MCP
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}
