import { setImmediate } from 'node:timers/promises';
import type { CallProgress, Refusal } from '../../protocol/messages.ts';
import { AuditWriteError } from '../audit/auditLog.ts';
import type { Recorder } from '../audit/recorder.ts';
import { enterLimits } from '../limits/enterLimits.ts';
import type { Limiter, Place } from '../limits/limiter.ts';
import type { RefusalLimit } from '../limits/refusalLimit.ts';
import type { Agents } from '../state/agents.ts';
import type { GatewayState } from '../state/gatewayState.ts';
import type { TurnBudget } from '../util/turnBudget.ts';
import { Turns } from '../util/turns.ts';
import { type ApprovalGate, sameRules } from './approvalGate.ts';
import { CallRecords } from './callRecords.ts';
import type { CallsInFlight } from './callsInFlight.ts';
import type { CredentialsInCalls } from './credentialsInCalls.ts';
import { type CallContext, type Caller, USER } from './model/callContext.ts';
import { ofMethod, RefusalError, refusals, type Sent } from './model/refusals.ts';
import type { RefusalMapper } from './refusalMapper.ts';
import type { Authorized, Denied, Read, Target } from './target.ts';

export interface PipelineParts {
  readonly state: GatewayState;
  readonly agents: Pick<Agents, 'admit'>;
  readonly limiter: Limiter;
  readonly gate: ApprovalGate;
  readonly inCalls: CredentialsInCalls;
  readonly refusalLimit: RefusalLimit;
  readonly mapper: RefusalMapper;
  readonly recorder: Recorder;
  readonly calls: CallsInFlight;
  readonly turns: Turns;
  readonly turnBudget: TurnBudget;
  readonly now: () => number;
}

/** Who makes a call, and who hears of it meanwhile. */
export interface Order {
  readonly caller: Caller;
  /** Cancels it. */
  readonly signal?: AbortSignal | undefined;
  /** It begins to wait for the user. Left out for a client that hears nothing of a call until it is over. */
  readonly onWaiting?: (() => void) | undefined;
  readonly onProgress?: ((progress: CallProgress) => void) | undefined;
}

/**
 * The way of every call, whatever it is for: admit, authorize, limit, approve, obtain, prepare, authorize again, record the
 * intent, run, redact, record the outcome, settle. What is particular to services, tools and verifications is in their
 * targets.
 */
export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #refusing: Turns;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    this.#refusing = new Turns(parts.turnBudget);
  }

  /** Performs one call. Always resolves: with the target's answer or with a refusal of the closed list. */
  async call<Call, R extends Read, A extends Authorized, Ready, Received, Answer>(
    target: Target<Call, R, A, Ready, Received, Answer>,
    call: Call,
    order: Order,
  ): Promise<{ answer: Answer } | { refusal: Refusal }> {
    const { refusalLimit, calls } = this.#parts;
    const turnedAway = refusalLimit.turnAway(order.caller);
    if (turnedAway) return { refusal: turnedAway };
    const context = calls.begin(target.nameOf(call), order.caller, order.signal);
    const run = new Run(this.#parts, target, call, context, order);
    try {
      const answer = await run.pass();
      calls.end(context);
      return { answer };
    } catch (error) {
      // A freeze ends hundreds of calls at once: as many in a turn as there is time for.
      const { refusal, record } = await this.#refusing.take(async () => run.refuse(error));
      // Until it is recorded, the call is under way: a gateway that ends waits for it.
      void record().finally(() => calls.end(context));
      return { refusal };
    } finally {
      run.leave();
    }
  }
}

/** One call on its way through the pipeline. */
class Run<Call, R extends Read, A extends Authorized, Ready, Received, Answer> {
  readonly #parts: PipelineParts;
  readonly #target: Target<Call, R, A, Ready, Received, Answer>;
  readonly #call: Call;
  readonly #context: CallContext;
  readonly #order: Order;
  readonly #records: CallRecords;
  #place: Place | undefined;
  /** Whether it is known if a credential stands in what the agent wrote. */
  #lookedThrough = false;
  /** Whether the call may have reached its target by now. */
  #sent: Sent = 'no';

  constructor(
    parts: PipelineParts,
    target: Target<Call, R, A, Ready, Received, Answer>,
    call: Call,
    context: CallContext,
    order: Order,
  ) {
    this.#parts = parts;
    this.#target = target;
    this.#call = call;
    this.#context = context;
    this.#order = order;
    this.#records = new CallRecords(parts, context, target.unread(call, order.caller));
  }

  async pass(): Promise<Answer> {
    const context = this.#context;
    const target = this.#target;
    const authorized = await this.#allowed();
    await target.obtain?.(authorized, context.signal);
    const { timeoutMs } = authorized;
    context.interruptAfter(timeoutMs, (sent) => refusals.timeout(context.name, timeoutMs, sent));
    // Nothing is started and no token fetched for a call that may not pass any more.
    const current = this.#authorizeAgain(authorized, undefined);
    let ready = await target.prepare(current, context);
    await this.#lookThrough();
    let mayResend = true;
    for (;;) {
      let received: Received;
      try {
        received = await this.#send(authorized, ready);
      } catch (error) {
        if (!mayResend || !(error instanceof RefusalError) || !this.#mayResend(authorized, error)) throw error;
        mayResend = false;
        this.#records.resend(error);
        ready = await target.prepare(this.#authorizeAgain(authorized, undefined), context);
        continue;
      }
      const again = await target.again?.(ready, received, context.signal);
      if (again === undefined) return this.#finish(current, ready, received);
      this.#records.outcome(target.outcome(received));
      ready = again;
    }
  }

  /**
   * Turns whatever ended the call early into a refusal, and counts it. `record` records it, which is not waited for: to look
   * through a call takes the longer the more of a credential stands in it, and the agent can tell the time of its answer.
   */
  refuse(error: unknown): { readonly refusal: Refusal; readonly record: () => Promise<void> } {
    const target = this.#target;
    const { name, caller } = this.#context;
    const failure = { name, sent: this.#sent, intended: this.#records.intended };
    const mapped = this.#parts.mapper.map(error, failure, (own) => target.refusalOf?.(own, failure));
    target.settleRefused?.(name, mapped);
    // Where the audit log cannot be written, there is nowhere to record it.
    const record = error instanceof AuditWriteError ? undefined : this.#records.refused(mapped);
    return {
      refusal: ofMethod(
        this.#parts.mapper.clean(mapped.refusal, name, target.knownNames(caller.scope)),
        this.#records.method,
      ),
      record: async () => {
        if (!this.#lookedThrough) await this.#lookThroughLate();
        record?.();
      },
    };
  }

  /** The call is over. */
  leave(): void {
    this.#place?.leave();
  }

  /** The call as it may pass by its rules, within its limits, and with the user's yes where one is needed. */
  async #allowed(): Promise<A> {
    const { gate, now } = this.#parts;
    const judge = (): A | Denied => this.#judge();
    for (let asked = false; ; asked = true) {
      const authorized = await this.#authorize();
      if (asked) this.#target.refuseAnotherQuestion?.(authorized);
      this.#place = authorized.limits && (await enterLimits(this.#parts.limiter, this.#context, authorized.limits));
      const { question, timeoutMs } = authorized;
      if (asked && !this.#order.onWaiting) gate.refuseIfTooLate(this.#context, question, judge, timeoutMs);
      if (!question || gate.approved(this.#context, question, judge)) return authorized;
      await this.#lookThrough(); // the user is not asked about a credential
      this.#place?.release(); // who waits for the user is in nobody's way, and counts against no limit
      this.#order.onWaiting?.();
      this.#records.asking(true);
      const since = now();
      try {
        await gate.wait(this.#context, question, judge);
      } finally {
        this.#context.waited(now() - since);
      }
      this.#records.asking(false);
      // Much may have changed meanwhile: everything is judged from the start.
    }
  }

  /** Each step of a large call has a turn of its own, so that many of them at once hold up a freeze for no longer than one. */
  async #authorize(): Promise<A> {
    const { turns, turnBudget } = this.#parts;
    const { caller } = this.#context;
    const read = this.#orThrow(await turns.take(async () => this.#read()));
    await this.#target.decideAhead?.(read, caller, () => turnBudget.turn());
    const authorized = this.#orThrow(await turns.take(async () => this.#target.decide(read, caller)));
    this.#records.found(authorized.seen, authorized.verdict);
    return authorized;
  }

  /** The same at once. */
  #judge(): A | Denied {
    const read = this.#read();
    return 'denied' in read ? read : this.#target.decide(read, this.#context.caller);
  }

  #read(): R | Denied {
    const { caller } = this.#context;
    try {
      this.#parts.agents.admit(caller);
      return this.#target.read(this.#call, caller);
    } catch (denied) {
      return { seen: this.#target.unread(this.#call, caller), denied };
    }
  }

  #orThrow<Found extends Read>(found: Found | Denied): Found {
    if (!('denied' in found)) return found;
    this.#records.found(found.seen);
    throw found.denied;
  }

  /**
   * Whether what may have changed since the call was authorized lets it pass still; synchronously, so that nothing changes
   * between this and what follows. Throws a refusal otherwise.
   */
  #authorizeAgain(authorized: A, ready: Ready | undefined): A {
    const { state, agents, gate } = this.#parts;
    const { name, caller } = this.#context;
    state.refuseIfFrozen(name);
    agents.admit(caller);
    this.#context.throwIfInterrupted();
    const now = this.#orThrow(this.#target.stillHolds(authorized, caller, ready));
    const asks = now.question !== undefined && !gate.allowsUnasked(caller);
    // What the user said yes to was another question.
    if (asks && !sameRules(now.question?.rules, authorized.question?.rules)) throw refusals.approvalOutdated(name);
    return now;
  }

  async #lookThrough(): Promise<void> {
    const { inCalls } = this.#parts;
    const { caller, name } = this.#context;
    if (caller === USER) return; // who sends a request of their own knows what they send
    const names = await inCalls.namesIn(this.#context, this.#records.words);
    this.#records.foundCredential(names[0]);
    const again = this.#lookedThrough; // one that waited for the user counts once
    this.#lookedThrough = true;
    if (!again || names.length > 0) inCalls.refuseFor(names, caller, name);
  }

  /** Once the agent has its answer, so that the audit log and the user know. */
  async #lookThroughLate(): Promise<void> {
    await setImmediate(); // in which the answer is written,
    await setImmediate(); // and behind which this comes
    const [found] = await this.#parts.inCalls.namesInRefused(this.#context, this.#records.words);
    this.#records.foundCredential(found);
  }

  /** Only with half of its time left: what the user hears of is one call. */
  #mayResend(authorized: A, error: RefusalError): boolean {
    const elapsed = this.#parts.now() - this.#context.startedAt;
    return elapsed < authorized.timeoutMs / 2 && this.#target.mayResend?.(authorized, error) === true;
  }

  async #send(authorized: A, ready: Ready): Promise<Received> {
    this.#authorizeAgain(authorized, ready);
    await this.#records.intent(this.#target.intent(ready));
    const received = await this.#target.run(ready, {
      signal: this.#context.signal,
      onProgress: this.#order.onProgress,
      beforeSend: () => {
        this.#authorizeAgain(authorized, ready);
        this.#sent = 'unknown';
      },
    });
    this.#sent = 'yes';
    return received;
  }

  async #finish(authorized: A, ready: Ready, received: Received): Promise<Answer> {
    const answer = await this.#target.redact(authorized, received, this.#context);
    this.#context.throwIfInterrupted(); // a freeze while the answer was looked through
    this.#records.outcome(this.#target.outcome(received));
    this.#target.settle?.(ready, received, answer);
    return answer;
  }
}
