import { setImmediate as nextTurn } from 'node:timers/promises';

/** So long may work go on before other events, a freeze among them, get their turn; in milliseconds. */
const TURN_MS = 5;

/** Lets other events have their turn between steps of work that may be many. */
export class TurnBudget {
  #since = performance.now();

  /** Between two steps: waits for a turn of the event loop if the work went on for long. */
  async turn(): Promise<void> {
    if (performance.now() - this.#since < TURN_MS) return;
    await nextTurn();
    this.#since = performance.now();
  }
}
