/** Waits until `condition` holds, looking every few milliseconds. Rejects with `what` after `timeoutMs`. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = 10_000,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await sleep(5);
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What `look` finds once it has been the same for half a second: something is written a moment after it is answered. */
export async function settled<Found>(look: () => Found): Promise<Found> {
  let found = look();
  for (let same = 0; same < 10; same++) {
    await sleep(50);
    const now = look();
    if (now !== found) same = 0;
    found = now;
  }
  return found;
}
