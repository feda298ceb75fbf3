import type { Disposable } from './emitter.ts';

/** Calls back once after so many milliseconds, unless it is disposed of before. */
export function after(ms: number, callback: () => void): Disposable {
  const timer = setTimeout(callback, ms);
  return { dispose: () => clearTimeout(timer) };
}

/** Resolves after so many milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
