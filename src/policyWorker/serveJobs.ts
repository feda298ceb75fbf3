import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import type { JobAnswer } from './boundedWorker.ts';

/**
 * Does the jobs of a `BoundedWorker`. True in a thread that was started under this role, and the caller must do nothing
 * else there; false anywhere else.
 */
export function serveJobs<Jobs extends { readonly [Name in keyof Jobs]: (...words: never[]) => unknown }>(
  role: string,
  jobs: Jobs,
): boolean {
  if (isMainThread || workerData !== role || parentPort === null) return false;
  const port = parentPort;
  port.on('message', async ([name, words]: [keyof Jobs, never[]]) => {
    const answer: JobAnswer = { result: await jobs[name](...words) };
    port.postMessage(answer);
  });
  port.postMessage('ready');
  return true;
}
