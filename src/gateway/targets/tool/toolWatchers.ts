/** How often agents are told at most what a server alone says or does, in milliseconds. */
const PAUSE_MS = 1000;

/** Who wants to hear when the tools of one server may be others than before: each then asks for the whole list again. */
export class ToolWatchers {
  readonly #listeners = new Set<() => void>();
  readonly #now: () => number;
  #notifiedAt = Number.NEGATIVE_INFINITY;
  #later: NodeJS.Timeout | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  get any(): boolean {
    return this.#listeners.size > 0;
  }

  /** Calls `listener` from now on, until the returned function is called. */
  add(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** At once: the user changed something. */
  notify(): void {
    this.close();
    this.#notifiedAt = this.#now();
    for (const listener of this.#listeners) listener();
  }

  /** At once, or when a second has passed: a server that says it with every list would keep every agent busy for ever. */
  notifySoon(): void {
    if (this.#later) return;
    const pause = this.#notifiedAt + PAUSE_MS - this.#now();
    if (pause <= 0) this.notify();
    else this.#later = setTimeout(() => this.notify(), pause);
  }

  /** Forgets what was to be told later. */
  close(): void {
    clearTimeout(this.#later);
    this.#later = undefined;
  }
}
