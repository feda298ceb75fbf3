import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { PolicyAuthor, PolicyDocument } from '../core/policy/model.ts';
import { parsePolicy } from '../core/policy/parse.ts';

/** A policy text took longer than its deadline: it counts as a document with an error. */
export class PolicyTimeoutError extends Error {}

const DEADLINE_MS = 1000;
/** A thread costs some 50 MB; saves come in bursts, and long pauses lie between them. */
const IDLE_MS = 1000;
const ROLE = 'valet-key-policy-parser';

/** A worker that outlived its parse is ended, not reused; a parse in it can hold up nothing else. */
interface Parser {
  /** Undefined when the deadline passed or the worker died. */
  parse(text: string, author: PolicyAuthor): Promise<PolicyDocument | undefined>;
  dispose(): void;
}

/**
 * Parses policy texts in a worker thread, within one second each, so that no text holds up the event loop and with it a
 * freeze. A document is plain data and survives the way between the threads.
 *
 * `script` is the bundle to start as the worker: one that calls {@link servePolicyParser} first thing.
 */
export class BoundedPolicyParser {
  readonly #script: string;
  #parser: Parser | undefined;
  #idle: NodeJS.Timeout | undefined;
  /** One text at a time, so that each has the whole deadline to itself. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(script: string) {
    this.#script = script;
  }

  /** Throws {@link PolicyTimeoutError}. Texts with problems are returned with their problems, as `parsePolicy` does. */
  parse(text: string, author: PolicyAuthor = 'person'): Promise<PolicyDocument> {
    const result = this.#queue.then(async () => {
      clearTimeout(this.#idle);
      this.#parser ??= startWorker(this.#script);
      const document = await this.#parser.parse(text, author);
      if (!document) {
        this.dispose();
        throw new PolicyTimeoutError(`the policy text could not be read within ${DEADLINE_MS / 1000} s`);
      }
      this.#idle = setTimeout(() => this.dispose(), IDLE_MS).unref();
      return document;
    });
    this.#queue = result.catch(() => undefined);
    return result;
  }

  dispose(): void {
    clearTimeout(this.#idle);
    this.#parser?.dispose();
    this.#parser = undefined;
  }
}

function startWorker(script: string): Parser {
  const worker = new Worker(script, {
    workerData: ROLE,
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: 128 },
  });
  worker.unref();
  const ready = new Promise<boolean>((resolve) => {
    worker.once('message', () => resolve(true));
    worker.once('error', () => resolve(false));
    worker.once('exit', () => resolve(false));
  });
  return {
    async parse(text, author) {
      // The deadline is for the text; starting a thread on a busy machine is not the text's doing.
      if (!(await ready)) return undefined;
      return new Promise((resolve) => {
        const settle = (document?: PolicyDocument): void => {
          clearTimeout(timer);
          worker.off('message', settle).off('error', onFailure).off('exit', onFailure);
          resolve(document);
        };
        const onFailure = (): void => settle();
        const timer = setTimeout(onFailure, DEADLINE_MS);
        worker.once('message', settle).once('error', onFailure).once('exit', onFailure);
        worker.postMessage([text, author]);
      });
    },
    dispose: () => void worker.terminate(),
  };
}

/**
 * True in a worker that {@link BoundedPolicyParser} started; it then serves parses and the caller must do nothing else.
 */
export function servePolicyParser(): boolean {
  if (isMainThread || workerData !== ROLE || parentPort === null) return false;
  const port = parentPort;
  port.on('message', ([text, author]: [string, PolicyAuthor]) => port.postMessage(parsePolicy(text, author)));
  port.postMessage('ready');
  return true;
}
