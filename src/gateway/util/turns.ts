import { SerialQueue } from '../../core/serialQueue.ts';
import type { TurnBudget } from './turnBudget.ts';

/** Work is done one after another, and other events get their turn in between: many at once hold up nothing for longer than one. */
export class Turns {
  readonly #queue = new SerialQueue();
  readonly #budget: TurnBudget;

  constructor(budget: TurnBudget) {
    this.#budget = budget;
  }

  take<T>(work: () => Promise<T>): Promise<T> {
    return this.#queue.run(async () => {
      await this.#budget.turn();
      const result = await work();
      // What goes on with it does so in a turn of its own.
      await this.#budget.turn();
      return result;
    });
  }
}
