import { expect, test, vi } from 'vitest';
import { type Reloadable, reloadOn } from '../../../src/extension/state/reloader.ts';
import { Emitter } from '../../../src/extension/util/emitter.ts';

/** Loads that take as long as a test says, and how many of them were under way at most. */
function slowState(): { state: Reloadable; counts: { loads: number; atOnce: number; freezes: number }; end(): void } {
  const counts = { loads: 0, atOnce: 0, freezes: 0 };
  const waiting: (() => void)[] = [];
  const load = (): Promise<void> => {
    counts.loads += 1;
    counts.atOnce = Math.max(counts.atOnce, waiting.length + 1);
    return new Promise((resolve) => waiting.push(resolve));
  };
  const none = async (): Promise<void> => undefined;
  const freeze = async (): Promise<void> => {
    counts.freezes += 1;
  };
  return {
    state: {
      freeze: { load: freeze },
      agents: { load: none },
      toolPins: { load: none },
      credentials: { load },
      policies: { refresh: none },
    },
    counts,
    end: () => {
      for (const resolve of waiting.splice(0)) resolve();
    },
  };
}

test('another window is heard at once for a freeze, and once more for the rest, however often it speaks', async () => {
  vi.useFakeTimers();
  try {
    const changed = new Emitter<void>();
    const { state, counts, end } = slowState();
    const listening = reloadOn([changed.event], state, (error) => expect.unreachable(String(error)));
    for (let i = 0; i < 100; i += 1) {
      changed.fire();
      await vi.advanceTimersByTimeAsync(60);
    }
    expect(counts).toEqual({ loads: 1, atOnce: 1, freezes: 100 });
    end();
    await vi.advanceTimersByTimeAsync(60);
    // What changed while it was read is read after it.
    expect(counts).toEqual({ loads: 2, atOnce: 1, freezes: 100 });
    end();
    await vi.advanceTimersByTimeAsync(1000);
    expect(counts.loads).toBe(2);
    listening.dispose();
  } finally {
    vi.useRealTimers();
  }
});
