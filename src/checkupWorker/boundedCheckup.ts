import type { CheckedConfig } from '../core/checkup/checkedConfig.ts';
import { BoundedWorker, DeadlineError, type Result, type Words } from '../policyWorker/boundedWorker.ts';
import { CHECKUP_ROLE, type CheckupJobs, type FileToCheck } from './checkupJobs.ts';

/** A file of the largest size takes less; what takes longer was made to. */
const WITHIN_MS = 2000;
/** A change reads the file three times. The user, who asked for it, waits for that long. */
const EDITED_WITHIN_MS = 10_000;
/** On a machine that is too busy to give this process its time, the same file may take this many times as long. */
const TIMEOUT_FACTOR = 20;
/** A run asks for one file after another, and runs come in bursts. */
const IDLE_MS = 5000;
/** The tree of a file of 5 MB, and what is found in it. */
const HEAP_MB = 512;

/**
 * Checks configuration files in a thread, each within two seconds, so that no file holds up whoever asks: repositories bring
 * their own.
 */
export class BoundedCheckup {
  readonly #worker: BoundedWorker<CheckupJobs>;
  readonly #fingerprint: string;

  /**
   * @param script the bundle to start as the thread: one that calls `serveCheckupJobs` first thing
   * @param fingerprint key of the digests by which equal secrets are told, in hex
   */
  constructor(script: string, fingerprint: string) {
    this.#worker = new BoundedWorker({
      script,
      role: CHECKUP_ROLE,
      idleMs: IDLE_MS,
      timeoutFactor: TIMEOUT_FACTOR,
      heapMb: HEAP_MB,
    });
    this.#fingerprint = fingerprint;
  }

  /**
   * What a file gives; of one that takes too long a finding that says so.
   *
   * @param digest key of the digests by which findings are told in later runs, in hex; empty for public ones
   */
  async check(found: FileToCheck, now: number, digest?: string): Promise<CheckedConfig> {
    const keys = { fingerprint: this.#fingerprint, ...(digest === undefined ? {} : { digest }) };
    try {
      return await this.#worker.run('check', [found, keys, now], WITHIN_MS);
    } catch (error) {
      if (!(error instanceof DeadlineError) || 'why' in found) throw error;
      const { text: _, ...file } = found.file;
      return this.check({ file, why: 'took-too-long' }, now, digest);
    }
  }

  /** Throws `DeadlineError` for a file that takes too long. */
  places(...words: Words<CheckupJobs['places']>): Promise<Result<CheckupJobs['places']>> {
    return this.#worker.run('places', words, EDITED_WITHIN_MS);
  }

  /** Throws `DeadlineError` for a file that takes too long. */
  edit(...words: Words<CheckupJobs['edit']>): Promise<Result<CheckupJobs['edit']>> {
    return this.#worker.run('edit', words, EDITED_WITHIN_MS);
  }

  dispose(): void {
    this.#worker.dispose();
  }
}
