import { setImmediate as nextTurn } from 'node:timers/promises';

/** Bodies below this many bytes take so little work that they need no turn. */
const SMALL_BYTES = 64 * 1024;
/** So long may work go on before other events, a freeze among them, get their turn. */
const PATIENCE_MS = 10;

/**
 * Large answers are worked on one after another, and other events get their turn in between: sixteen at once would
 * otherwise hold up a freeze sixteen times as long as one, and take sixteen times its memory.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #since = 0;

  async take<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    if (bytes < SMALL_BYTES) return work();
    const before = this.#last;
    const mine = before.then(async () => {
      if (performance.now() - this.#since > PATIENCE_MS) {
        await nextTurn();
        this.#since = performance.now();
      }
      return work();
    });
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
