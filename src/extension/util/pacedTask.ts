/** A burst of changes (typing, a pull) is one run. */
const PAUSE_MS = 300;
/** Between two runs there is so many times as long as the last one took, and no more than half a minute. */
const PAUSE_FACTOR = 2;
const MAX_PAUSE_MS = 30_000;

/**
 * Runs a task soon after it is asked for, and again when it was asked for meanwhile: never twice at once, and however often it is
 * asked for, for a small part of the time.
 */
export class PacedTask {
  readonly #task: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  #wanted = false;
  #disposed = false;
  /** On `performance.now()`'s clock. */
  #notBefore = 0;

  /** @param task what is to be done; it does not throw */
  constructor(task: () => Promise<void>) {
    this.#task = task;
  }

  runSoon(): void {
    if (this.#running) this.#wanted = true;
    else if (!this.#disposed) this.#timer ??= setTimeout(() => void this.#run(), this.#pause());
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
  }

  #pause(): number {
    return Math.max(PAUSE_MS, this.#notBefore - performance.now());
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    this.#running = true;
    this.#wanted = false;
    const begun = performance.now();
    await this.#task();
    this.#running = false;
    const ended = performance.now();
    this.#notBefore = ended + Math.min(MAX_PAUSE_MS, PAUSE_FACTOR * (ended - begun));
    if (this.#wanted) this.runSoon();
  }
}
