import type { Call } from '../../protocol/messages.ts';
import { type Caller, Flight } from './callContext.ts';
import { refusals } from './refusals.ts';

/** The calls under way, so that whatever stops them finds them. */
export class Flights {
  readonly #now: () => number;
  readonly #underWay = new Set<Flight>();

  #stopped = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#underWay.size;
  }

  /** Begins a call, which `signal` cancels. */
  take(call: Call, caller: Caller, signal: AbortSignal | undefined, verdict?: 'verify'): Flight {
    const flight = new Flight(call, caller, this.#now(), verdict);
    const cancel = (): void => flight.interrupt((sent) => refusals.cancelled(call.service, sent));
    if (signal?.aborted) cancel();
    else signal?.addEventListener('abort', cancel, { once: true });
    this.#underWay.add(flight);
    if (this.#stopped) stop(flight);
    return flight;
  }

  /** The gateway ends: cuts off every call, and those that come while it does. */
  stop(): void {
    this.#stopped = true;
    for (const flight of this.#underWay) stop(flight);
  }

  /** The call is over. */
  end(flight: Flight): void {
    flight.end();
    this.#underWay.delete(flight);
  }

  [Symbol.iterator](): IterableIterator<Flight> {
    return this.#underWay.values();
  }
}

function stop(flight: Flight): void {
  flight.interrupt((sent) => refusals.gatewayStopping(flight.call.service, sent));
}
