/** Something that can be let go of. The same shape as VS Code's, so that either goes where the other is expected. */
export interface Disposable {
  dispose(): void;
}

/** A small event of our own, so that logic can be tested without an editor. */
export class Emitter<T> {
  readonly #listeners = new Set<(value: T) => void>();

  readonly event = (listener: (value: T) => void): Disposable => {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  };

  fire(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }
}

export type Event<T> = (listener: (value: T) => void) => Disposable;

/** One disposable for several, let go of in reverse order. */
export function together(...parts: readonly Disposable[]): Disposable {
  return {
    dispose: () => {
      for (const part of [...parts].reverse()) part.dispose();
    },
  };
}
