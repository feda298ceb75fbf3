import type { Agents } from '../state/agents.ts';
import type { GatewayState } from '../state/gatewayState.ts';
import { endingBy, type Interruptible, type Interruption } from './interruptions.ts';
import { CallContext, type Caller, USER } from './model/callContext.ts';
import { type RefusalError, refusals, type Sent } from './model/refusals.ts';

interface CallsParts {
  readonly state: Pick<GatewayState, 'isFrozen' | 'allFrozen'>;
  readonly agents: Pick<Agents, 'refusalOf'>;
  readonly now: () => number;
}

/** The calls under way, whatever they are for, so that whatever ends them finds them. */
export class CallsInFlight implements Interruptible {
  readonly #parts: CallsParts;
  readonly #underWay = new Set<CallContext>();
  /** Set once the gateway ends: a call that comes after that meets it, too. */
  #ending: Interruption | undefined;

  constructor(parts: CallsParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#underWay.size;
  }

  /** Begins a call, which `signal` cancels. */
  begin(name: string, caller: Caller, signal: AbortSignal | undefined): CallContext {
    const context = new CallContext(name, caller, this.#parts.now());
    const cancel = (): void => context.interrupt((sent) => refusals.cancelled(name, sent));
    if (signal?.aborted) cancel();
    else signal?.addEventListener('abort', cancel, { once: true });
    this.#underWay.add(context);
    if (this.#ending) this.#interruptOne(context, this.#ending);
    return context;
  }

  /** The call is over. */
  end(context: CallContext): void {
    context.end();
    this.#underWay.delete(context);
  }

  interrupt(interruption: Interruption): void {
    if (interruption.by === 'end') this.#ending = interruption;
    for (const context of this.#underWay) this.#interruptOne(context, interruption);
  }

  /** Ends the calls that `concerned` picks, for a reason of their target's. */
  interruptThose(concerned: (context: CallContext) => boolean, refuse: (sent: Sent) => RefusalError): void {
    for (const context of this.#underWay) if (concerned(context)) context.interrupt(refuse);
  }

  #interruptOne(context: CallContext, interruption: Interruption): void {
    const { name, caller } = context;
    if (interruption.by === 'agents') {
      const refuse = caller === USER ? undefined : this.#parts.agents.refusalOf(caller.agent);
      if (refuse) context.interrupt(refuse);
    } else if (interruption.by === 'disconnection') {
      if (caller.connection === interruption.connection) context.interrupt((sent) => refusals.cancelled(name, sent));
    } else {
      const ending = endingBy(interruption, this.#parts.state);
      if (ending?.concerns(name)) context.interrupt((sent) => ending.refuse(name, sent));
    }
  }
}
