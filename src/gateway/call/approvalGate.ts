import { phrase } from '../../core/text/phrase.ts';
import type { Agents } from '../state/agents.ts';
import type { GatewayState } from '../state/gatewayState.ts';
import type { Approvals, Approver, Asked } from './approvals.ts';
import { type CallContext, type Caller, USER } from './model/callContext.ts';
import { RefusalError, refusals } from './model/refusals.ts';
import type { Authorized, Denied, Question } from './target.ts';

interface GateParts {
  readonly state: GatewayState;
  readonly agents: Pick<Agents, 'isFrozen'>;
  readonly approvals: Approvals;
  readonly approver: Approver | undefined;
  /** How long a call waits for its answer, in milliseconds from its start. */
  readonly waitMs: number;
  /** How long a client waits that hears nothing of a call until it is over, in milliseconds from its start. */
  readonly patienceMs: number;
  readonly now: () => number;
}

/** Judges a call anew, as if it were made now. */
type Judge = () => Authorized | Denied;

/** Puts the calls about which a rule asks before the user, each as exactly what would be sent. */
export class ApprovalGate {
  readonly #parts: GateParts;

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  /** Who sends a request of their own has seen it and said yes already. */
  allowsUnasked(caller: Caller): boolean {
    return caller === USER || this.#parts.approver === 'all';
  }

  /** Whether a call about which a rule asks needs nobody's word, or has it. An *Allow Once* is spent by this. */
  approved(context: CallContext, question: Question, judge: Judge): boolean {
    if (this.allowsUnasked(context.caller)) return true;
    if (this.#parts.approver === 'none') {
      throw refusals.approvalDenied(
        context.name,
        phrase`The policy requires approval by the user, who cannot be asked here`,
      );
    }
    return this.#parts.approvals.take(this.#asked(context, question, judge));
  }

  /**
   * Refuses a call that was waited for and may pass now, while what it takes may take longer than its client still waits: what
   * is sent then would be sent a second time. Spends nothing, so that the identical call passes without another question.
   */
  refuseIfTooLate(context: CallContext, question: Question | undefined, judge: Judge, timeoutMs: number): void {
    const { now, patienceMs, approvals } = this.#parts;
    if (now() + timeoutMs <= context.startedAt + patienceMs) return;
    if (!question || approvals.allows(this.#asked(context, question, judge))) throw refusals.allowedLate(context.name);
  }

  /** Waits until the user has answered, or something changed that the question rested on. Throws a refusal otherwise. */
  async wait(context: CallContext, question: Question, judge: Judge): Promise<void> {
    const deadline = context.startedAt + this.#parts.waitMs;
    const shown = await question.show(context.signal);
    const asked = this.#asked(context, question, judge);
    // Much may have changed while it was looked through: what it is about now is another question.
    if (asked.frozen() || !asked.stands()) return;
    const subject = { ...asked, question: () => ({ ...shown, ...credentialOf(question) }) };
    await this.#parts.approvals.wait(subject, deadline, context.signal);
    context.throwIfInterrupted();
  }

  #asked(context: CallContext, question: Question, judge: Judge): Asked {
    const { state, agents } = this.#parts;
    const { name, caller } = context;
    const requestHash = question.hash();
    const credentialGeneration = this.#generationOf(question);
    return {
      connection: caller.connection,
      service: name,
      credentialGeneration,
      requestHash,
      policyVersion: state.policyVersion,
      rules: question.rules,
      mayRemember: question.mayRemember,
      stands: () =>
        this.#generationOf(question) === credentialGeneration && asksTheSame(judge(), question, requestHash),
      frozen: () => state.isFrozen(name) || agents.isFrozen(caller.agent),
      path: question.path,
    };
  }

  /** Counts the values that the credentials have had: each only ever grows. */
  #generationOf({ credentials }: Question): number {
    return credentials.reduce((sum, name) => sum + this.#parts.state.vault.generation(name), 0);
  }
}

/** Whether the call, judged anew, comes to the same request, about which the same rules ask. */
function asksTheSame(now: Authorized | Denied, question: Question, requestHash: string): boolean {
  if ('denied' in now) {
    if (now.denied instanceof RefusalError) return false;
    throw now.denied;
  }
  return (
    now.question !== undefined &&
    now.question.hash() === requestHash &&
    sameRules(now.question.rules, question.rules) &&
    question.stillMeant()
  );
}

function credentialOf(question: Question): { readonly credential?: NonNullable<ReturnType<Question['credential']>> } {
  const credential = question.credential();
  return credential ? { credential } : {};
}

/** Whether the same rules ask, in whatever order. */
export function sameRules(one: readonly string[] = [], other: readonly string[] = []): boolean {
  return one.length === other.length && one.every((rule) => other.includes(rule));
}
