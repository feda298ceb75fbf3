/**
 * Milliseconds of the processor's that `work` took in this thread, the least of some rounds. Other programs on the machine, and
 * tests in other threads, are not what is measured.
 */
export function cpuTime(work: () => unknown, rounds = 1): number {
  const times = Array.from({ length: rounds }, () => {
    const start = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(start);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}
