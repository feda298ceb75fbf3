import { expect, it } from 'vitest';
import { CheckupRun } from '../../src/checkupWorker/checkupRun.ts';

/** How many of the files a run does, of which each takes so long and gives so many findings. */
async function done(files: number, ms: number, findings: number): Promise<number> {
  const run = new CheckupRun(() => () => ms);
  let count = 0;
  while (!run.spent && count < files) {
    await run.charge(
      async () => findings,
      (own) => own,
    );
    count += 1;
  }
  return count;
}

it.each([
  [1000, 2000, 0, 15], // each made to take as long as one file may
  [1000, 1900, 0, 16],
  [5000, 3, 0, 5000], // the user's
  [1000, 10, 1000, 10], // each with as much in it as is told of one file
  [50_000, 0, 1, 10_000],
  [10, 2000, 1000, 10],
])('of %i files that take %i ms and give %i findings a run does %i', async (files, ms, findings, expected) => {
  expect(await done(files, ms, findings)).toBe(expected);
});

it('measures the time of this process', async () => {
  const run = new CheckupRun();
  await run.charge(
    async () => 1,
    (own) => own,
  );
  expect(run.spent).toBe(false);
});
