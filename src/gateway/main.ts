import { isMainThread, workerData } from 'node:worker_threads';
import { CHECKUP_ROLE } from '../checkupWorker/checkupJobs.ts';
import { POLICY_ROLE } from '../policyWorker/policyJobs.ts';
import { CLEANING_ROLE } from './cleaning/cleaningJobs.ts';

/**
 * The bundle is four programs: the gateway's process, the threads that read policies and look through answers, and the one that
 * checks MCP configurations for the window, which shares the parsers and is no part of a gateway. Each loads what it is made of alone: what a thread has loaded stays in the process's memory, in part, when it has ended.
 */
async function main(): Promise<void> {
  if (isMainThread) (await import('./gatewayMain.ts')).runGateway();
  else if (workerData === POLICY_ROLE) (await import('../policyWorker/policyWorker.ts')).servePolicyJobs();
  else if (workerData === CHECKUP_ROLE) (await import('../checkupWorker/editWorker.ts')).serveEditJobs();
  else if (workerData === CLEANING_ROLE) (await import('./cleaning/cleaningWorker.ts')).serveCleaning();
}

void main();
