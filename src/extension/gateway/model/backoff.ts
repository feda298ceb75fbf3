const FIRST_MS = 250;
const MAX_MS = 30_000;
/** A gateway that ran this long was well: the next failure starts from the shortest wait again. */
const WELL_AFTER_MS = 60_000;

/** How long to wait before the next start: 250 ms, doubled for each failure, at most 30 seconds. */
export class Backoff {
  #failures = 0;

  /** The wait in milliseconds after a run that lasted `ranForMs`; 0 for one that never came up. */
  next(ranForMs: number): number {
    if (ranForMs >= WELL_AFTER_MS) this.#failures = 0;
    const wait = Math.min(FIRST_MS * 2 ** this.#failures, MAX_MS);
    this.#failures += 1;
    return wait;
  }
}
