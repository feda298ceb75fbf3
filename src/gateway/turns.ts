import { Patience } from './patience.ts';

/** Work is done one after another, and other events get their turn in between: many at once hold up nothing for longer than one. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  readonly #patience = new Patience();

  async take<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(async () => {
      await this.#patience.turn();
      return work();
    });
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
