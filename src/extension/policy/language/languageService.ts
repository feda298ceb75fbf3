import type { Completion, CompletionContext } from '../../../core/policy/editor/complete.ts';
import type { PolicyHover } from '../../../core/policy/editor/hover.ts';
import type { PolicyFix } from '../../../core/policy/editor/policyFix.ts';
import type { Proposal } from '../../../core/policy/learn/learn.ts';
import type { PastCall } from '../../../core/policy/learn/rulesUsed.ts';
import type { OutlineItem } from '../../../core/policy/text/outline.ts';
import type { Problem } from '../../../core/text/problem.ts';
import { BoundedWorker, DeadlineError } from '../../../policyWorker/boundedWorker.ts';
import type { Look, LookContext } from '../../../policyWorker/look.ts';
import { POLICY_ROLE, type PolicyJobs } from '../../../policyWorker/policyJobs.ts';

/** What the user waits for while typing. */
const WITHIN_MS = 2000;
/** Proposals are asked for, and a long trail takes its time. */
const PROPOSE_WITHIN_MS = 20_000;
/** Whoever writes a policy pauses to think. */
const IDLE_MS = 60_000;

/**
 * The policy language for the editor: a thread of its own, so that neither the extension host nor what approvals need
 * waits for it. What cannot be told in time is told as nothing: undefined, or an empty list.
 */
export class LanguageService {
  readonly #worker: BoundedWorker<PolicyJobs>;

  /** @param script absolute path of `dist/gateway.js`, which has the language in it already */
  constructor(script: string) {
    this.#worker = new BoundedWorker({ script, role: POLICY_ROLE, idleMs: IDLE_MS });
  }

  look(text: string, context: LookContext = {}): Promise<Look | undefined> {
    return inTime(this.#worker.run('look', [text, context], WITHIN_MS), undefined);
  }

  outline(text: string): Promise<readonly OutlineItem[]> {
    return inTime(this.#worker.run('outline', [text], WITHIN_MS), []);
  }

  complete(text: string, offset: number, context: CompletionContext): Promise<readonly Completion[]> {
    return inTime(this.#worker.run('complete', [text, offset, context], WITHIN_MS), []);
  }

  hover(text: string, offset: number, calls: readonly PastCall[]): Promise<PolicyHover | undefined> {
    return inTime(this.#worker.run('hover', [text, offset, calls], WITHIN_MS), undefined);
  }

  fixes(text: string, problems: readonly Problem[]): Promise<readonly (readonly PolicyFix[])[]> {
    return inTime(this.#worker.run('fixes', [text, problems], WITHIN_MS), []);
  }

  /** See `openForLearning`. */
  open(text: string, service: string): Promise<string | undefined> {
    return inTime(this.#worker.run('open', [text, service], WITHIN_MS), undefined);
  }

  learn(text: string, calls: readonly PastCall[]): Promise<Proposal | undefined> {
    return inTime(this.#worker.run('learn', [text, calls], PROPOSE_WITHIN_MS), undefined);
  }

  tighten(text: string, calls: readonly PastCall[]): Promise<Proposal | undefined> {
    return inTime(this.#worker.run('tighten', [text, calls], PROPOSE_WITHIN_MS), undefined);
  }

  dispose(): void {
    this.#worker.dispose();
  }
}

async function inTime<Result, Otherwise>(job: Promise<Result>, otherwise: Otherwise): Promise<Result | Otherwise> {
  try {
    return await job;
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    return otherwise;
  }
}
