import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PacedTask } from '../../../src/extension/util/pacedTask.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A task of this length, with the times at which it began. */
function paced(lengthMs: number): { task: PacedTask; begun: number[] } {
  const begun: number[] = [];
  const task = new PacedTask(() => {
    begun.push(performance.now());
    return new Promise((resolve) => setTimeout(resolve, lengthMs));
  });
  return { task, begun };
}

test('a burst is one run', async () => {
  const { task, begun } = paced(1);
  for (let n = 0; n < 10; n += 1) task.runSoon();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(begun).toHaveLength(1);
});

test('what is asked for during a run comes after it, once', async () => {
  const { task, begun } = paced(1000);
  task.runSoon();
  await vi.advanceTimersByTimeAsync(500);
  task.runSoon();
  task.runSoon();
  await vi.advanceTimersByTimeAsync(100_000);
  expect(begun).toHaveLength(2);
});

test.each([10, 500, 3000, 30_000])('a task of %i ms that is always asked for leaves time to others', async (ms) => {
  const { task, begun } = paced(ms);
  const asking = setInterval(() => task.runSoon(), 50);
  await vi.advanceTimersByTimeAsync(600_000);
  clearInterval(asking);
  expect(begun.length).toBeGreaterThan(1);
  expect(begun.length * ms).toBeLessThan(ms > 15_000 ? 360_000 : 210_000);
});

test('after a pause it runs as soon as ever, however long it took before', async () => {
  const { task, begun } = paced(5000);
  task.runSoon();
  await vi.advanceTimersByTimeAsync(100_000);
  task.runSoon();
  await vi.advanceTimersByTimeAsync(301);
  expect(begun).toHaveLength(2);
});

test('nothing runs after it was disposed', async () => {
  const { task, begun } = paced(1);
  task.runSoon();
  task.dispose();
  task.runSoon();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(begun).toEqual([]);
});
