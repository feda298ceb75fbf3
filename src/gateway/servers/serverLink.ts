import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CallToolResultSchema,
  EmptyResultSchema,
  ListToolsResultSchema,
  LoggingMessageNotificationSchema,
  type Progress,
  type Tool,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';

declare const VALETKEY_VERSION: string;

/** Longer than any call may take: our own deadlines are the ones that count. In milliseconds. */
const NEVER_MS = 24 * 60 * 60 * 1000;
/** What is taken of a server's list of tools; an agent could not choose among more. */
const MAX_PAGES = 20;
const MAX_TOOLS = 1000;

/** What a call came to: a result as MCP has it. */
export type ToolResult = Record<string, unknown>;

export interface LinkEvents {
  /** The connection is over, whoever ended it. */
  onEnd(): void;
  onToolsChanged(): void;
  /** It offers more tools than are taken; told once. */
  onToolsCut(taken: number): void;
  /** A log message of the server's, not redacted yet. */
  onLog(level: string, data: unknown): void;
}

/**
 * One connection to a real server, through the SDK's client. It offers no capability, so that sampling, elicitation and
 * roots are refused by the client itself; and results are not validated against schemas that the server chose.
 */
export class ServerLink {
  readonly #client: Client;
  readonly #events: LinkEvents;
  #ended = false;
  #cutTold = false;

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
    client.onerror = (error) => events.onLog('debug', error.message);
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => events.onToolsChanged());
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) =>
      events.onLog(params.level, params.data),
    );
    await client.connect(transport, { signal, timeout: NEVER_MS });
    return link;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** All tools as the server gives them, over its pages. */
  async listTools(signal: AbortSignal): Promise<Tool[]> {
    if (!this.#client.getServerCapabilities()?.tools) return [];
    const tools: Tool[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES && tools.length < MAX_TOOLS; page++) {
      const result = await this.#client.request(
        { method: 'tools/list', params: cursor === undefined ? {} : { cursor } },
        ListToolsResultSchema,
        { signal, timeout: NEVER_MS },
      );
      tools.push(...result.tools);
      cursor = result.nextCursor;
      if (cursor === undefined) break;
    }
    const taken = tools.slice(0, MAX_TOOLS);
    if ((cursor !== undefined || taken.length < tools.length) && !this.#cutTold) {
      this.#cutTold = true;
      this.#events.onToolsCut(taken.length);
    }
    return taken;
  }

  /** Rejects with the signal's reason, with an `McpError` of the server's, or when the connection ends. */
  callTool(
    name: string,
    args: Record<string, unknown>,
    options: { readonly signal: AbortSignal; readonly onProgress?: (progress: Progress) => void },
  ): Promise<ToolResult> {
    const { signal, onProgress } = options;
    return this.#client.request({ method: 'tools/call', params: { name, arguments: args } }, CallToolResultSchema, {
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
