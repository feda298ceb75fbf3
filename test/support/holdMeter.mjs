// Preloaded into a gateway (`node --import`): on SIGUSR2 it says how long the event loop was held at the longest since the
// last time, in milliseconds of this thread's own work. Time that the machine gave to other programs does not count.
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const worked = () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  let last = worked();
  let longest = 0;
  setInterval(() => {
    const now = worked();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1).unref();
  process.on('SIGUSR2', () => {
    process.stderr.write(`longest hold: ${longest.toFixed(1)}\n`);
    longest = 0;
    last = worked();
  });
}
