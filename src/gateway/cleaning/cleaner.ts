import type { KnownSecret } from '../../core/redact/redactor.ts';
import { inEnglish, type Phrase, phrase } from '../../core/text/phrase.ts';
import { BoundedWorker, DeadlineError, type Result, type Words } from '../../policyWorker/boundedWorker.ts';
import { type AnswerOrder, buildAnswer, unreadAnswer } from '../answer/answer.ts';
import { TooMuchInsideError } from '../answer/compressed.ts';
import { Decompressor, TooLargeError } from '../answer/decode.ts';
import type { BuiltAnswer } from '../answer/redirect.ts';
import type { Vault } from '../credentials/vault.ts';
import type { Incoming } from '../http/message.ts';
import type { Turns } from '../util/turns.ts';
import { unlessAborted } from '../util/unlessAborted.ts';
import { CLEANING_ROLE, type CleaningJobs, type Known } from './cleaningJobs.ts';
import { type LookedAtTool, type LookedAtTools, lookAtOffer, type OfferedTools } from './lookAtTools.ts';
import type { ToolResult } from './toolResult.ts';
import { toolResultText } from './toolResult.ts';

/** An answer of fewer bytes, headers included, takes less time here than the event loop may be held; measured by the benchmark. */
const SMALL_BYTES = 4 * 1024;
/** A megabyte that was made to be slow takes a tenth of it. */
const WITHIN_MS = 10_000;
/** Answers come in bursts, and a thread costs memory. */
const IDLE_MS = 1000;
/** Several megabytes, decoded and searched in their encodings. */
const HEAP_MB = 512;

/** What was not looked through in time must not be handed on. */
export class UnreadError extends Error {
  readonly why: Phrase;

  constructor(why: Phrase, options: ErrorOptions) {
    super(inEnglish(why), options);
    this.why = why;
  }
}

type Knowing = Pick<Vault, 'redactor' | 'known' | 'signatures'>;

/**
 * Takes credentials out of what APIs and servers answer. All that could take long is done in a thread: a freeze waits for
 * no answer, however large and however it was made. The values go to that thread within this process and nowhere else.
 */
export class Cleaner {
  readonly #worker: BoundedWorker<CleaningJobs>;
  readonly #decompressor = new Decompressor();
  readonly #turns: Turns;

  /**
   * `script` is the bundle to start as the thread: one that calls `serveCleaning` first thing. `turns` are those in which calls are
   * decided about: what is looked through at once must not come on top of a decision.
   */
  constructor(script: string, turns: Turns) {
    this.#turns = turns;
    this.#worker = new BoundedWorker({ script, role: CLEANING_ROLE, idleMs: IDLE_MS, heapMb: HEAP_MB });
  }

  /** `buildAnswer`. Rejects with `TooLargeError`, and with the signal's reason as soon as it is aborted. */
  async answer(incoming: Incoming, order: AnswerOrder, vault: Knowing, signal: AbortSignal): Promise<BuiltAnswer> {
    const small = await this.#smallAnswer(incoming, order, vault);
    if (small) return small;
    try {
      const result = await this.#run('answer', [incoming, order, allKnown(vault)], signal);
      if ('tooLarge' in result) throw new TooLargeError(result.tooLarge);
      return JSON.parse(result.built) as BuiltAnswer;
    } catch (error) {
      if (error instanceof UnreadError) return unreadAnswer(incoming, order);
      throw error;
    }
  }

  /** A JSON value without credentials. Rejects with {@link UnreadError}, or the signal's reason. */
  async json<T>(value: T, vault: Knowing, signal: AbortSignal): Promise<T> {
    const small = await this.#atOnce(value, () => vault.redactor.json(value).value as T);
    if ('done' in small) return small.done;
    const clean = await this.#run('json', [small.text, allKnown(vault)], signal);
    return this.#turns.take(async () => JSON.parse(clean) as T);
  }

  /**
   * Whose credentials stand in a JSON value; of one that is longer than `most` as text nobody's. Rejects with
   * {@link UnreadError}, or the signal's reason.
   */
  async namesIn(
    value: unknown,
    vault: Knowing,
    signal: AbortSignal,
    most = Number.POSITIVE_INFINITY,
  ): Promise<readonly string[]> {
    const small = await this.#atOnce(value, () => vault.redactor.namesIn(value));
    if ('done' in small) return small.done;
    return small.text.length > most ? [] : this.#run('namesIn', [small.text, allKnown(vault)], signal);
  }

  /**
   * What an agent may see of a tool's result, given as JSON; undefined when it is not what MCP allows. Rejects with
   * {@link UnreadError}, or the signal's reason.
   */
  async toolResult(result: string, vault: Knowing, signal: AbortSignal): Promise<ToolResult | undefined> {
    const small = result.length > SMALL_BYTES ? undefined : await this.#smallResult(result, vault);
    const clean = small ? small.text : await this.#run('toolResult', [result, allKnown(vault)], signal);
    return clean === undefined ? undefined : (JSON.parse(clean) as ToolResult);
  }

  /** `lookAtOffer`. Rejects with {@link UnreadError}, or the signal's reason. */
  async tools(offered: OfferedTools, vault: Knowing, signal: AbortSignal): Promise<LookedAtTools> {
    const { lists, instructions = '' } = offered;
    if (lists.reduce((sum, list) => sum + list.length, instructions.length) <= SMALL_BYTES) {
      return this.#turns.take(async () => lookAtOffer(offered, vault.redactor));
    }
    const tools: LookedAtTool[] = [];
    const looked = await this.#run('tools', [offered, allKnown(vault)], signal);
    for (const tool of looked.tools) {
      tools.push(await this.#turns.take(async () => JSON.parse(tool) as LookedAtTool));
    }
    return { tools, leftOut: looked.leftOut };
  }

  /** What comes of a small value, or the text of a larger one: to write a megabyte as JSON alone is worth a turn. */
  #atOnce<T>(value: unknown, work: () => T): Promise<{ readonly done: T } | { readonly text: string }> {
    return this.#turns.take(async () => {
      const text = JSON.stringify(value);
      return text.length <= SMALL_BYTES ? { done: work() } : { text };
    });
  }

  dispose(): void {
    this.#worker.dispose();
  }

  /** Undefined for an answer that is not small, or not once it was decompressed, whether it said so or not. */
  async #smallAnswer(incoming: Incoming, order: AnswerOrder, vault: Knowing): Promise<BuiltAnswer | undefined> {
    const headers = incoming.headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    const bytes = headers + incoming.body.length;
    if (bytes > SMALL_BYTES) return undefined;
    const maxBytes = Math.min(order.maxBytes, SMALL_BYTES);
    try {
      return await this.#turns.take(() =>
        buildAnswer(incoming, { ...order, maxBytes, maxInside: SMALL_BYTES }, vault.redactor, this.#decompressor),
      );
    } catch (error) {
      if (error instanceof TooMuchInsideError) return undefined;
      if (error instanceof TooLargeError && maxBytes < order.maxBytes) return undefined;
      throw error;
    }
  }

  /** Undefined for one that holds more than a small one may. */
  async #smallResult(result: string, vault: Knowing): Promise<{ readonly text: string | undefined } | undefined> {
    try {
      return { text: await this.#turns.take(async () => toolResultText(result, vault.redactor, SMALL_BYTES)) };
    } catch (error) {
      if (error instanceof TooMuchInsideError) return undefined;
      throw error;
    }
  }

  async #run<Name extends keyof CleaningJobs & string>(
    name: Name,
    words: Words<CleaningJobs[Name]>,
    signal: AbortSignal,
  ): Promise<Result<CleaningJobs[Name]>> {
    try {
      return await unlessAborted(this.#worker.run(name, words, WITHIN_MS, signal), signal);
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      throw new UnreadError(phrase`it took too long to look for credentials in it`, { cause: error });
    }
  }
}

function allKnown({ known, signatures }: Knowing): Known {
  const values = known.map(({ name, value }: KnownSecret) => ({ name, value: value.expose('thread') }));
  return { values, signatures };
}
