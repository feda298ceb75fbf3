/** What working in slices needs of its surroundings. */
export interface SlicePorts {
  /** Milliseconds on a clock that only goes forward. */
  now(): number;
  /** Lets everything else that waits in this process go first. */
  pause(): Promise<void>;
  /** True when the result is no longer wanted. */
  stopped(): boolean;
}

/** VS Code's own budget for a frame is 16 ms; half of it leaves room for the item that a slice ends with. */
const SLICE_MS = 8;

/**
 * Does the task for one item after another, and makes room in between, so that the process is never held up for longer
 * than a slice and one task. True when all were done, false when it was stopped.
 */
export async function inSlices<T>(
  items: Iterable<T>,
  task: (item: T) => void,
  { now, pause, stopped }: SlicePorts,
): Promise<boolean> {
  let begun = now();
  for (const item of items) {
    if (stopped()) return false;
    task(item);
    if (now() - begun < SLICE_MS) continue;
    await pause();
    begun = now();
  }
  return !stopped();
}
