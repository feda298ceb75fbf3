import type { Agents } from '../agents.ts';
import type { Recorder } from '../audit/recorder.ts';
import type { Cleaner } from '../cleaning/cleaner.ts';
import type { GatewayState } from '../gatewayState.ts';
import { type Judge, type Judged, sameQuestion } from '../targets/service/authorizer.ts';
import { type ShownRequest, shownRequest } from '../targets/service/shownRequest.ts';
import type { ApprovalSubject, Approvals, Approver, Asked } from './approvals.ts';
import { Flight } from './callContext.ts';
import { RefusalError, refusals } from './refusals.ts';

interface AskingParts {
  readonly judge: Judge;
  readonly state: GatewayState;
  readonly agents: Agents;
  readonly recorder: Recorder;
  readonly cleaner: Cleaner;
  readonly approvals: Approvals;
  readonly approver: Approver | undefined;
  /** How long a call waits for its answer, in milliseconds from its start. */
  readonly waitMs: number;
  readonly now: () => number;
}

/** Puts the calls about which a rule asks before a person, each as the very request that would be sent. */
export class Asking {
  readonly #parts: AskingParts;

  constructor(parts: AskingParts) {
    this.#parts = parts;
  }

  /** Whether the call needs nobody's word, or has it. An *Allow Once* is spent by this. */
  approved(flight: Flight, judged: Judged): boolean {
    const { decision, inForce } = judged;
    if (decision.verdict === 'ask' && !this.#parts.judge.allowsUnasked(flight)) {
      if (this.#parts.approver === 'none') {
        throw refusals.approvalDenied(inForce.service.name, 'The policy asks a person, and nobody can be asked here');
      }
      if (!this.#parts.approvals.take(this.#asked(flight, judged))) return false;
    }
    flight.approved = decision.asking;
    return true;
  }

  /** Waits until a person has answered, or something changed that the question rested on. Throws a refusal otherwise. */
  async waitForPerson(flight: Flight, judged: Judged, onWaiting: () => void): Promise<void> {
    onWaiting();
    const deadline = flight.startedAt + this.#parts.waitMs;
    const shown = await this.#shown(flight, judged);
    const subject = { ...this.#asked(flight, judged), question: () => this.#question(judged, shown) };
    // Much may have changed while it was looked through: what it is about now is another question.
    if (subject.frozen() || !subject.stands()) return;
    await this.#parts.approvals.wait(subject, deadline, flight.signal);
    flight.throwIfInterrupted();
  }

  #asked(flight: Flight, judged: Judged): Asked {
    const { inForce, request, decision } = judged;
    const { service } = inForce;
    const credentialGeneration = this.#parts.state.vault.generation(service.name);
    return {
      connection: flight.caller.connection,
      service: service.name,
      credentialGeneration,
      requestHash: this.#parts.recorder.requestHash(request, service.baseUrl.origin),
      policyVersion: this.#parts.state.policyVersion,
      rules: decision.asking.map(({ key }) => key),
      mayRemember: decision.asking.every(({ rule }) => rule.approval === 'remember'),
      stands: () =>
        this.#parts.state.vault.generation(service.name) === credentialGeneration && this.#asksTheSame(flight, judged),
      frozen: () => this.#parts.state.isFrozen(service.name) || this.#parts.agents.isFrozen(flight.caller.agent),
      path: request.path,
    };
  }

  /** Whether the call, judged anew, comes to the same request, about which the same rules ask. */
  #asksTheSame({ call, caller }: Flight, { inForce, request, decision }: Judged): boolean {
    try {
      const now = this.#parts.judge.judge(new Flight(call, caller, this.#parts.now()));
      const { origin } = inForce.service.baseUrl;
      return (
        now.inForce.service.baseUrl.origin === origin &&
        this.#parts.recorder.requestHash(now.request, origin) === this.#parts.recorder.requestHash(request, origin) &&
        sameQuestion(now.decision.asking, decision.asking)
      );
    } catch (error) {
      if (error instanceof RefusalError) return false;
      throw error;
    }
  }

  /** What a person is shown. A known credential in it is taken out: it is on their screen. */
  #shown({ caller, call, signal }: Flight, { inForce, request, decision }: Judged): Promise<ShownRequest> {
    const shown = shownRequest(inForce, request, decision, caller.agent, call.reason);
    return this.#parts.cleaner.json(shown, this.#parts.state.vault, signal);
  }

  #question({ inForce }: Judged, shown: ShownRequest): ReturnType<ApprovalSubject['question']> {
    const { last4 } = this.#parts.state.credential(inForce);
    return { ...shown, credential: { name: inForce.service.name, last4 } };
  }
}
