import { after } from './after.ts';
import type { Disposable } from './emitter.ts';

/** Often enough to look live, and seldom enough that no flood of an agent's calls keeps the extension host busy. */
const EVERY_MS = 300;

/**
 * Does something whenever it is asked to: at once after a rest, and at most every 300 milliseconds while it is asked again
 * and again. The last time it is asked is never lost.
 */
export class Pace {
  readonly #work: () => void;
  readonly #after: typeof after;
  #rest: Disposable | undefined;
  #askedMeanwhile = false;

  constructor(work: () => void, timer: typeof after = after) {
    this.#work = work;
    this.#after = timer;
  }

  readonly soon = (): void => {
    if (this.#rest) this.#askedMeanwhile = true;
    else this.now();
  };

  /** For what does not wait, such as a freeze. */
  readonly now = (): void => {
    this.#askedMeanwhile = false;
    this.#rest?.dispose();
    this.#rest = this.#after(EVERY_MS, () => {
      this.#rest = undefined;
      if (this.#askedMeanwhile) this.now();
    });
    this.#work();
  };

  dispose(): void {
    this.#rest?.dispose();
  }
}
