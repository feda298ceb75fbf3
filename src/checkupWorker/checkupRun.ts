/** How long one run works on files, in milliseconds. A thousand files of the user take two seconds. */
const RUN_MS = 30_000;
/** More than anybody reads, and fewer than code scanning refuses as too many (25,000). */
const RUN_FINDINGS = 10_000;

/** Starts a watch, which says how many milliseconds of work have passed. */
export type Stopwatch = () => () => number;

/**
 * One run of the checkup, which ends however many files there are that were made to take long, or to have much found in them:
 * each file has a bound of its own, and a repository brings as many files as it likes.
 */
export class CheckupRun {
  readonly #startWatch: Stopwatch;
  #tookMs = 0;
  #findings = 0;

  constructor(startWatch: Stopwatch = startOwnWatch) {
    this.#startWatch = startWatch;
  }

  /** Whether the run has had its share: it must do no further file. */
  get spent(): boolean {
    return this.#tookMs >= RUN_MS || this.#findings >= RUN_FINDINGS;
  }

  /**
   * Does the work on a file, on the run's account.
   *
   * @param findingsOf how many findings it gave
   */
  async charge<T>(work: () => Promise<T>, findingsOf: (result: T) => number): Promise<T> {
    const watch = this.#startWatch();
    const result = await work();
    this.#tookMs += watch();
    this.#findings += findingsOf(result);
    return result;
  }
}

/** Time in which this process worked: on a busy machine a run does not have less done. */
function startOwnWatch(): () => number {
  const began = performance.now();
  const cpu = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return Math.min((user + system) / 1000, performance.now() - began);
  };
}
