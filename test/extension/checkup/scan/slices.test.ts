import { expect, test } from 'vitest';
import { inSlices } from '../../../../src/extension/checkup/scan/slices.ts';

/** A clock that moves as the tasks say. */
function surroundings(stopAfter = Number.POSITIVE_INFINITY) {
  const state = { time: 0, done: 0, held: [] as number[], begun: 0 };
  return {
    state,
    work: (ms: number) => () => {
      state.time += ms;
      state.done += 1;
    },
    ports: {
      now: () => state.time,
      pause: async () => {
        state.held.push(state.time - state.begun);
        state.begun = state.time;
      },
      stopped: () => state.done >= stopAfter,
    },
  };
}

test('nothing else waits for longer than a slice and one task', async () => {
  const { state, work, ports } = surroundings();
  expect(await inSlices(Array.from({ length: 1000 }), work(3), ports)).toBe(true);
  expect(state.done).toBe(1000);
  expect(state.held.length).toBeGreaterThan(300);
  expect(Math.max(...state.held)).toBeLessThanOrEqual(16);
});

test('a result that nobody wants any more is not worked on', async () => {
  const { state, work, ports } = surroundings(5);
  expect(await inSlices(Array.from({ length: 1000 }), work(1), ports)).toBe(false);
  expect(state.done).toBe(5);
});
