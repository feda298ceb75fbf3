import { Worker } from 'node:worker_threads';
import { SerialQueue } from '../core/serialQueue.ts';

/** What a worker can be asked. Arguments and results are plain data: they go from thread to thread. */
type AnyJobs<Jobs> = { readonly [Name in keyof Jobs]: (...words: never[]) => unknown };
export type Words<Job> = Job extends (...words: infer All) => unknown ? All : never;
export type Result<Job> = Job extends (...words: never[]) => infer One ? Awaited<One> : never;

/** A job that was not done within its deadline, or whose worker died of it. */
export class DeadlineError extends Error {}

export interface WorkerOptions {
  /** The bundle to start: one that calls {@link serveJobs} first thing. */
  readonly script: string;
  /** How the bundle knows what it was started as. */
  readonly role: string;
  /** A thread costs some 50 MB: it ends after so long without a job, and the next job starts another. */
  readonly idleMs: number;
  /** The deadline may pass this many times over while the process gets too little of a processor to use it up. Default: 1. */
  readonly timeoutFactor?: number;
  /** How much its jobs may hold in memory; one that wants more is ended with the thread. */
  readonly heapMb?: number;
}

const HEAP_MB = 128;
const LEAST_WAIT_MS = 50;

/**
 * A worker thread that does one job at a time, each within its deadline, so that nothing holds up the event loop. One
 * that outlived its deadline is ended, not reused: a job in it can hold up nothing else.
 */
export class BoundedWorker<Jobs extends AnyJobs<Jobs>> {
  readonly #options: WorkerOptions;
  #thread: Thread | undefined;
  #idle: NodeJS.Timeout | undefined;
  /** One job at a time, so that each has the whole deadline to itself. */
  readonly #queue = new SerialQueue();

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** Throws {@link DeadlineError}. A job whose signal is aborted by its turn is not begun: that throws the signal's reason. */
  run<Name extends keyof Jobs & string>(
    name: Name,
    words: Words<Jobs[Name]>,
    withinMs: number,
    signal?: AbortSignal,
  ): Promise<Result<Jobs[Name]>> {
    return this.#queue.run(async () => {
      signal?.throwIfAborted();
      clearTimeout(this.#idle);
      this.#thread ??= startThread(this.#options);
      const found = await this.#thread.run([name, words], withinMs);
      if (found === undefined) {
        this.dispose();
        throw new DeadlineError(`${name} did not finish within ${withinMs / 1000} s`);
      }
      this.#idle = setTimeout(() => this.dispose(), this.#options.idleMs).unref();
      return found.result as Result<Jobs[Name]>;
    });
  }

  dispose(): void {
    clearTimeout(this.#idle);
    this.#thread?.dispose();
    this.#thread = undefined;
  }
}

/** What comes back for a job; an object, because a job may well have nothing to say. */
export interface JobAnswer {
  readonly result: unknown;
}

interface Thread {
  /** Undefined when the deadline passed or the thread died. */
  run(message: readonly [name: string, words: readonly unknown[]], withinMs: number): Promise<JobAnswer | undefined>;
  dispose(): void;
}

function startThread({ script, role, heapMb = HEAP_MB, timeoutFactor = 1 }: WorkerOptions): Thread {
  const worker = new Worker(script, {
    workerData: role,
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  });
  worker.unref();
  const ready = new Promise<boolean>((resolve) => {
    worker.once('message', () => resolve(true));
    worker.once('error', () => resolve(false));
    worker.once('exit', () => resolve(false));
  });
  return {
    async run(message, withinMs) {
      // The deadline is for the job; starting a thread on a busy machine is not its doing.
      if (!(await ready)) return undefined;
      return new Promise<JobAnswer | undefined>((resolve) => {
        const settle = (answer?: JobAnswer): void => {
          clearTimeout(timer);
          worker.off('message', settle).off('error', onFailure).off('exit', onFailure);
          resolve(answer);
        };
        const onFailure = (): void => settle();
        const { eventLoopUtilization } = worker.performance;
        const began = { at: performance.now(), cpu: process.cpuUsage(), loop: eventLoopUtilization() };
        const look = (): void => {
          const { user, system } = process.cpuUsage(began.cpu);
          // The thread took no more than either: what other threads of the process took is not its doing, nor is its waiting
          // for a processor.
          const took = Math.min((user + system) / 1000, eventLoopUtilization(began.loop).active);
          const left = withinMs - took;
          if (left <= 0 || performance.now() - began.at >= timeoutFactor * withinMs) settle();
          else timer = setTimeout(look, Math.max(left, LEAST_WAIT_MS));
        };
        let timer = setTimeout(look, withinMs);
        worker.once('message', settle).once('error', onFailure).once('exit', onFailure);
        worker.postMessage(message);
      });
    },
    dispose: () => void worker.terminate(),
  };
}
