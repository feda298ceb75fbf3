import type { RequestInput } from '../parts/requestModel.ts';

type Tool = 'read' | 'execute';

/** Longest answer in characters. Clients refuse results of more than 25,000 tokens, of which one is some three and a half. */
export const MAX_ANSWER_CHARS = 80_000;

/**
 * The arguments of `read` and `execute` as clients write them. Some write the JSON text of an object in its place, and null
 * or something empty for what they leave out; they cannot do otherwise.
 */
export interface GivenCall {
  readonly tool: Tool;
  readonly service: string;
  readonly path: string;
  readonly method?: string | null | undefined;
  readonly query?: unknown;
  readonly headers?: unknown;
  readonly json?: unknown;
  readonly form?: unknown;
  readonly text?: unknown;
  readonly select?: unknown;
  readonly maxChars?: unknown;
  readonly reason?: string | null | undefined;
}

/** The same as they are meant. */
export interface Call extends RequestInput {
  readonly tool: Tool;
  readonly select?: readonly string[] | undefined;
  readonly maxChars?: number | undefined;
  /** For the user, and for the record. */
  readonly reason?: string | undefined;
}
