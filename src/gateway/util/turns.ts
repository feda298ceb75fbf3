import { SerialQueue } from '../../core/serialQueue.ts';
import { Patience } from './patience.ts';

/** Work is done one after another, and other events get their turn in between: many at once hold up nothing for longer than one. */
export class Turns {
  readonly #queue = new SerialQueue();
  readonly #patience = new Patience();

  take<T>(work: () => Promise<T>): Promise<T> {
    return this.#queue.run(async () => {
      await this.#patience.turn();
      const result = await work();
      // What goes on with it does so in a turn of its own.
      await this.#patience.turn();
      return result;
    });
  }
}
