/** Thrown by `until`; names what did not happen. */
export class TimeoutError extends Error {}

/**
 * Calls `probe` until it gives something truthy, and returns that. What `probe` throws counts as "not yet".
 *
 * @param what what is waited for, for the error: "the gateway to start"
 * @param timeout milliseconds
 */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  timeout = 30_000,
): Promise<Exclude<T, undefined | null | false | 0 | ''>> {
  const end = Date.now() + timeout;
  let lastError = '';
  for (;;) {
    try {
      const value = await probe();
      if (value) return value as Exclude<T, undefined | null | false | 0 | ''>;
      lastError = '';
    } catch (error) {
      lastError = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    }
    if (Date.now() > end) {
      throw new TimeoutError(`waited ${timeout} ms for ${what}${lastError ? ` (last error: ${lastError})` : ''}`);
    }
    await pause(50);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
