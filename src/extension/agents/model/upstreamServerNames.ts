import { type Disposable, Emitter, type Event } from '../../util/emitter.ts';

/** The names of the upstream MCP servers to offer. Fires only when they are others: a changed list stops what runs. */
export class UpstreamServerNames {
  readonly #changed = new Emitter<void>();
  readonly #subscription: Disposable;
  readonly onDidChange = this.#changed.event;
  #names: readonly string[];

  constructor(now: () => readonly string[], onDidChange: Event<void>) {
    this.#names = now();
    this.#subscription = onDidChange(() => {
      const names = now();
      if (names.join() === this.#names.join()) return;
      this.#names = names;
      this.#changed.fire();
    });
  }

  get names(): readonly string[] {
    return this.#names;
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}
