import { type ChildProcess, spawn } from 'node:child_process';
import os from 'node:os';
import type { Readable } from 'node:stream';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  ErrorCode,
  type JSONRPCMessage,
  JSONRPCMessageSchema,
  type RequestId,
  RequestIdSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { isTooHeavy } from '../../../core/jsonWeight.ts';
import { LineSplitter, tooLong } from '../../../protocol/lines.ts';
import { LineWriter } from '../../../protocol/lineWriter.ts';
import type { ProcessTree } from '../../util/processTree.ts';
import type { TurnBudget } from '../../util/turnBudget.ts';
import { leaveOutNulls } from './leftOutNulls.ts';
import { readMessageLine } from './messageLine.ts';

/** How long a server that was asked to end has before it is ended, in milliseconds: it must be gone within a second. */
const GRACE_MS = 400;
/** Longest line of standard error that is looked at, in bytes. */
const MAX_ERROR_LINE = 8 * 1024;

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly tree: ProcessTree;
  /** Longest message of the server's, in bytes. */
  readonly maxLineBytes: number;
  /** A line of its standard error, not redacted yet. */
  readonly onErrorLine: (line: string) => void;
  /** A message that was too long, and is lost. */
  readonly onTooLong: () => void;
  readonly turnBudget: TurnBudget;
}

/**
 * MCP over the standard streams of a process of our own: started without a shell, at the head of its own tree, and ended
 * with everything in it. (The SDK's own transport inherits more of the environment, leaves grandchildren behind, has no
 * cap on a message and needs seconds to end a process.)
 */
export class ChildTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #options: ChildOptions;
  #child: ChildProcess | undefined;
  #writer: LineWriter | undefined;
  #killTimer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(options: ChildOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when the process runs. Rejects with the reason of the operating system when it cannot be started. */
  start(): Promise<void> {
    const { command, args, env, tree, maxLineBytes, onErrorLine, turnBudget } = this.#options;
    return new Promise((resolve, reject) => {
      const child = spawn(command, [...args], {
        env,
        // Not a workspace: package runners prefer what they find where they are started.
        cwd: os.homedir(),
        stdio: ['pipe', 'pipe', 'pipe'],
        detached: tree.detached,
        windowsHide: true,
        shell: false,
      });
      this.#child = child;
      child.once('spawn', resolve);
      child.once('error', (error) => {
        reject(error);
        this.#over();
      });
      child.once('exit', () => {
        clearTimeout(this.#killTimer);
        // What it started does not outlive it, however it ended.
        if (child.pid !== undefined) tree.kill(child.pid);
        this.#over();
      });
      child.stdin.on('error', () => undefined); // it closed its input; its end is reported by `exit`
      this.#writer = new LineWriter(child.stdin);
      // One after another: the SDK handles a notification a moment later than a result, which would overtake it.
      void readLines(child.stdout, new LineSplitter(maxLineBytes), turnBudget, (line) => {
        if (line !== tooLong && !isTooHeavy(line)) return this.#take(line);
        return this.#options.onTooLong();
      });
      void readLines(child.stderr, new LineSplitter(MAX_ERROR_LINE), turnBudget, (line) => {
        if (line !== tooLong && line.trim() !== '') onErrorLine(line);
      });
    });
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#ended || !this.#writer) throw new Error('the server has ended');
    this.#writer.send(message);
  }

  /** Asks the whole tree to end, and ends it a moment later. */
  async close(): Promise<void> {
    const pid = this.#child?.pid;
    if (this.#ended || pid === undefined || this.#killTimer) return;
    this.#child?.stdin?.end();
    this.#options.tree.terminate(pid);
    this.#killTimer = setTimeout(() => this.#options.tree.kill(pid), GRACE_MS);
    this.#over();
  }

  /** Ends the whole tree at once: the gateway itself is about to end. */
  kill(): void {
    const pid = this.#child?.pid;
    if (pid !== undefined && this.#child?.exitCode === null && this.#child.signalCode === null)
      this.#options.tree.kill(pid);
  }

  async #take(line: string): Promise<void> {
    const { json, noise } = readMessageLine(line);
    if (noise !== '') this.#options.onErrorLine(noise); // servers that print to the wrong stream
    // MCP had batches of JSON-RPC in 2025-03-26.
    if (Array.isArray(json)) for (const one of json) this.#takeOne(one);
    else if (json !== undefined) this.#takeOne(json);
  }

  #takeOne(given: unknown): void {
    const json = leaveOutNulls(given);
    const message = JSONRPCMessageSchema.safeParse(json);
    if (message.success) {
      this.onmessage?.(message.data);
      return;
    }
    const id = answeredId(json);
    if (id === undefined) this.onerror?.(new Error('a message is not JSON-RPC 2.0'));
    // Else its call would wait for its time-out.
    else
      this.onmessage?.({ jsonrpc: '2.0', id, error: { code: ErrorCode.InternalError, message: 'malformed answer' } });
  }

  #over(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.onclose?.();
  }
}

/** Reads lines to the end of a stream, no faster than other events get their turn: a server may talk without end. */
async function readLines(
  output: Readable,
  lines: LineSplitter,
  turnBudget: TurnBudget,
  onLine: (line: string | typeof tooLong) => void | Promise<void>,
): Promise<void> {
  try {
    for await (const chunk of output) {
      for (const line of lines.push(chunk)) {
        await onLine(line);
        await turnBudget.turn();
      }
    }
  } catch {
    // The stream broke: its process is ending, which `exit` reports.
  }
}

/**
 * The call that something answers which is no message of JSON-RPC 2.0, such as one whose `result` is a text. A line of a log
 * may have an `id` of its own.
 */
function answeredId(json: unknown): RequestId | undefined {
  if (typeof json !== 'object' || json === null || !('id' in json) || 'method' in json) return undefined;
  if (!('jsonrpc' in json || 'result' in json || 'error' in json)) return undefined;
  return RequestIdSchema.safeParse(json.id).data;
}
