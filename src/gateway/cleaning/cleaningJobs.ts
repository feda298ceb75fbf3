import type { SignatureTable } from '../../core/redact/signatureReader.ts';
import type { Phrase } from '../../core/text/phrase.ts';
import type { AnswerOrder } from '../answer/answer.ts';
import type { Incoming } from '../http/message.ts';
import type { LookedAtTools, OfferedTools } from './lookAtTools.ts';

/** A credential's value on its way to the thread that looks for it. It leaves this process by nothing. */
export interface KnownValue {
  readonly name: string;
  readonly value: string;
}

/** All that the thread looks for. */
export interface Known {
  readonly values: readonly KnownValue[];
  /** In memory that both threads see. */
  readonly signatures: SignatureTable;
}

/**
 * What the thread can be asked that looks through what comes from outside. Everything that can be large and nested
 * comes back as JSON text: to copy it piece by piece would hold up the event loop on which it arrives.
 */
export interface CleaningJobs {
  /** JSON of a {@link BuiltAnswer}, or how a body is too large. */
  readonly answer: (
    incoming: Incoming,
    order: AnswerOrder,
    known: Known,
  ) => Promise<{ readonly built: string } | { readonly tooLarge: Phrase }>;
  /** JSON in, JSON without credentials out. */
  readonly json: (text: string, known: Known) => string;
  /** JSON in, the names of the credentials in it out. */
  readonly namesIn: (text: string, known: Known) => readonly string[];
  /** JSON of a tool's result in, JSON of what an agent may see of it out; undefined when MCP does not allow it as one. */
  readonly toolResult: (result: string, known: Known) => string | undefined;
  /** What a server offers in; JSON of each `LookedAtTool` out, and what is left out of them. */
  readonly tools: (
    offered: OfferedTools,
    known: Known,
  ) => { readonly tools: readonly string[]; readonly leftOut: LookedAtTools['leftOut'] };
}

/** How a bundle knows that it was started as that thread. */
export const CLEANING_ROLE = 'valet-key-cleaning';
