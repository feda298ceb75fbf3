/**
 * Milliseconds of the processor's that `work` took in this thread, the least of some rounds; a round that took less than
 * `enough` is the last one. Other programs on the machine, and tests in other threads, are not what is measured.
 */
export function cpuTime(work: () => unknown, rounds = 1, enough = 0): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds && least >= enough; round++) {
    const start = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}
