/** Runs tasks one after another in the order they were given. A task that fails does not stop the next. */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();
  readonly #waiting = new Map<string, Promise<void>>();

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(task);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** The same, once for all who ask for the task of this name before it begins: whoever asks over and over delays nothing. */
  runOnce(name: string, task: () => Promise<void>): Promise<void> {
    const waiting = this.#waiting.get(name);
    if (waiting) return waiting;
    const result = this.run(() => {
      this.#waiting.delete(name);
      return task();
    });
    this.#waiting.set(name, result);
    return result;
  }
}
