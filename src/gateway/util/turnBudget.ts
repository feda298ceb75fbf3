import { setImmediate as nextTurn } from 'node:timers/promises';
import { SerialQueue } from '../../core/serialQueue.ts';

/** So long may work go on before other events, a freeze among them, get their turn; in milliseconds. */
const TURN_MS = 5;

/**
 * Lets other events have their turn between steps of work that may be many. A gateway has one for all its connections and servers: with
 * one for each, many that work a little would hold up as much together as one that works for long.
 */
export class TurnBudget {
  readonly #waiting = new SerialQueue();
  #since = performance.now();

  /** Between two steps: waits for a turn of the event loop, which nobody else waits for, if the work went on for long. */
  async turn(): Promise<void> {
    if (performance.now() - this.#since < TURN_MS) return;
    await this.#waiting.run(async () => {
      await nextTurn();
      this.#since = performance.now();
    });
  }
}
