import { Worker } from 'node:worker_threads';
import type { LintContext } from '../core/policy/lintContext.ts';
import type { PolicyAuthor, PolicyDocument, Problem } from '../core/policy/model.ts';
import type { PolicyChange } from '../core/policy/policyChange.ts';
import { type JobName, type Jobs, WORKER_ROLE } from './policyJobs.ts';

/** A policy text took longer than its deadline: it counts as a document with an error. */
export class PolicyTimeoutError extends Error {}

const PARSE_WITHIN_MS = 1000;
const LINT_WITHIN_MS = 2000;
/** Two or three texts are parsed for it, each of which may take its second, and then compared. */
const COMPARE_WITHIN_MS = 10_000;
/** A thread costs some 50 MB; saves come in bursts, and long pauses lie between them. */
const IDLE_MS = 1000;

/** A worker that outlived its job is ended, not reused; a job in it can hold up nothing else. */
interface JobWorker {
  /** Undefined when the deadline passed or the worker died. */
  run<Name extends JobName>(
    name: Name,
    words: Parameters<Jobs[Name]>,
    withinMs: number,
  ): Promise<ReturnType<Jobs[Name]> | undefined>;
  dispose(): void;
}

/**
 * Parses and compares policy texts in a worker thread, each job within its deadline, so that no text holds up the event
 * loop and with it a freeze. A document is plain data and survives the way between the threads.
 *
 * `script` is the bundle to start as the worker: one that calls `servePolicyParser` first thing. Every method
 * throws {@link PolicyTimeoutError}.
 */
export class BoundedPolicyParser {
  readonly #script: string;
  #worker: JobWorker | undefined;
  #idle: NodeJS.Timeout | undefined;
  /** One job at a time, so that each has the whole deadline to itself. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(script: string) {
    this.#script = script;
  }

  /** Within a second. Texts with problems are returned with their problems, as `parsePolicy` does. */
  parse(text: string, author: PolicyAuthor = 'person'): Promise<PolicyDocument> {
    return this.#run('parse', [text, author], PARSE_WITHIN_MS);
  }

  /** The problems of a text and what is unwise in it, within two seconds. */
  lint(text: string, context?: LintContext): Promise<readonly Problem[]> {
    return this.#run('lint', [text, context], LINT_WITHIN_MS);
  }

  /** `narrowApproved`, within ten seconds. */
  narrow(approved: string, written: string): Promise<string> {
    return this.#run('narrow', [approved, written], COMPARE_WITHIN_MS);
  }

  /** `policyChanges`, within ten seconds. */
  changes(approved: string | undefined, written: string, once?: string): Promise<readonly PolicyChange[]> {
    return this.#run('changes', [approved, written, once], COMPARE_WITHIN_MS);
  }

  #run<Name extends JobName>(
    name: Name,
    words: Parameters<Jobs[Name]>,
    withinMs: number,
  ): Promise<ReturnType<Jobs[Name]>> {
    const result = this.#queue.then(async () => {
      clearTimeout(this.#idle);
      this.#worker ??= startWorker(this.#script);
      const found = await this.#worker.run(name, words, withinMs);
      if (found === undefined) {
        this.dispose();
        throw new PolicyTimeoutError(`the policy text could not be read within ${withinMs / 1000} s`);
      }
      this.#idle = setTimeout(() => this.dispose(), IDLE_MS).unref();
      return found;
    });
    this.#queue = result.catch(() => undefined);
    return result;
  }

  dispose(): void {
    clearTimeout(this.#idle);
    this.#worker?.dispose();
    this.#worker = undefined;
  }
}

function startWorker(script: string): JobWorker {
  const worker = new Worker(script, {
    workerData: WORKER_ROLE,
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
    async run<Name extends JobName>(name: Name, words: Parameters<Jobs[Name]>, withinMs: number) {
      // The deadline is for the texts; starting a thread on a busy machine is not their doing.
      if (!(await ready)) return undefined;
      return new Promise<ReturnType<Jobs[Name]> | undefined>((resolve) => {
        const settle = (found?: ReturnType<Jobs[Name]>): void => {
          clearTimeout(timer);
          worker.off('message', settle).off('error', onFailure).off('exit', onFailure);
          resolve(found);
        };
        const onFailure = (): void => settle();
        const timer = setTimeout(onFailure, withinMs);
        worker.once('message', settle).once('error', onFailure).once('exit', onFailure);
        worker.postMessage([name, words]);
      });
    },
    dispose: () => void worker.terminate(),
  };
}
