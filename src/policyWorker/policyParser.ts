import type { PolicyChange } from '../core/policy/compare/policyChange.ts';
import type { LintContext } from '../core/policy/lint/lintContext.ts';
import type { PolicyAuthor, PolicyDocument } from '../core/policy/model/policy.ts';
import type { Problem } from '../core/text/problem.ts';
import { BoundedWorker, DeadlineError } from './boundedWorker.ts';
import { POLICY_ROLE, type PolicyJobs } from './policyJobs.ts';

/** A policy text took longer than its deadline: it counts as a document with an error. */
export class PolicyTimeoutError extends Error {}

/** On a machine that is too busy to give this process a second, the same text may take this many. */
const TIMEOUT_FACTOR = 20;
const PARSE_WITHIN_MS = 1000;
const LINT_WITHIN_MS = 2000;
/** Two or three texts are parsed for it, each of which may take its second, and then compared. */
const COMPARE_WITHIN_MS = 10_000;
/** Saves come in bursts, and long pauses lie between them. */
const IDLE_MS = 1000;

/**
 * Parses and compares policy texts in a worker thread, each job within its deadline, so that no text holds up the event
 * loop and with it a freeze. A document is plain data and survives the way between the threads.
 *
 * `script` is the bundle to start as the worker: one that calls `servePolicyJobs` first thing. `idleMs` is how long the
 * worker is kept after a job. Every method throws {@link PolicyTimeoutError}.
 */
export class BoundedPolicyParser {
  readonly #worker: BoundedWorker<PolicyJobs>;

  constructor(script: string, idleMs = IDLE_MS) {
    this.#worker = new BoundedWorker({ script, role: POLICY_ROLE, idleMs, timeoutFactor: TIMEOUT_FACTOR });
  }

  /** Within a second. Texts with problems are returned with their problems, as `parsePolicy` does. */
  parse(text: string, author: PolicyAuthor = 'user'): Promise<PolicyDocument> {
    return inTime(this.#worker.run('parse', [text, author], PARSE_WITHIN_MS));
  }

  /** The problems of a text and what is unwise in it, within two seconds. */
  lint(text: string, context?: LintContext): Promise<readonly Problem[]> {
    return inTime(this.#worker.run('lint', [text, context], LINT_WITHIN_MS));
  }

  /** `narrowApproved`, within ten seconds. */
  narrow(approved: string, written: string): Promise<string> {
    return inTime(this.#worker.run('narrow', [approved, written], COMPARE_WITHIN_MS));
  }

  /** `policyChanges`, within ten seconds. */
  changes(approved: string | undefined, written: string, once?: string): Promise<readonly PolicyChange[]> {
    return inTime(this.#worker.run('changes', [approved, written, once], COMPARE_WITHIN_MS));
  }

  dispose(): void {
    this.#worker.dispose();
  }
}

async function inTime<Result>(job: Promise<Result>): Promise<Result> {
  try {
    return await job;
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    throw new PolicyTimeoutError('The policy text could not be read in time.', { cause: error });
  }
}
