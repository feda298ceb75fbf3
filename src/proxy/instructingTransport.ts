import type { Readable, Writable } from 'node:stream';
import {
  InitializeResultSchema,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
} from '@modelcontextprotocol/sdk/types.js';
import { StdioTransport } from './stdio.ts';
import type { PerformCall } from './toolCalls.ts';

/** Answers `initialize` with more than the SDK's server can: what becomes known only once somebody has been asked. */
export class InstructingTransport extends StdioTransport {
  /** Adds to the instructions that the server has by itself; it must not take long, as clients wait for the answer. */
  readonly #instruct: (own: string) => Promise<string>;
  #isAnswered = false;

  constructor(input: Readable, output: Writable, perform: PerformCall, instruct: (own: string) => Promise<string>) {
    super(input, output, perform);
    this.#instruct = instruct;
  }

  override async send(message: JSONRPCMessage): Promise<void> {
    await super.send(this.#isAnswered ? message : await this.#instructed(message));
  }

  async #instructed(message: JSONRPCMessage): Promise<JSONRPCMessage> {
    if (!isJSONRPCResultResponse(message)) return message;
    const answer = InitializeResultSchema.safeParse(message.result);
    if (!answer.success) return message;
    this.#isAnswered = true;
    const instructions = await this.#instruct(answer.data.instructions ?? '');
    return { ...message, result: { ...message.result, instructions } };
  }
}
