import type { PendingAccessRequest } from '../../../gateway/control/controlPort.ts';
import { Emitter } from '../../util/emitter.ts';
import type { Clock } from '../../util/ports.ts';

/** A rule that an agent asked for, waiting to be looked at. */
export interface WaitingAccessRequest extends PendingAccessRequest {
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** An agent that asks for ever more must not bury what the user wants to see. */
const MAX_REQUESTS = 20;

/** What agents asked for in this window, newest first; the same access request twice is one. */
export class AccessRequestList {
  readonly #now: Clock;
  readonly #changed = new Emitter<void>();
  /** Services that the user was told about in this session. */
  readonly #notified = new Set<string>();
  readonly onDidChange = this.#changed.event;
  #waiting: readonly WaitingAccessRequest[] = [];

  constructor(now: Clock) {
    this.#now = now;
  }

  get waiting(): readonly WaitingAccessRequest[] {
    return this.#waiting;
  }

  /** Keeps the access request. True when the user is to be told with a toast: once for a service and session. */
  add(request: PendingAccessRequest): boolean {
    const others = this.#waiting.filter((other) => !sameRule(other, request));
    this.#waiting = [{ ...request, at: this.#now() }, ...others].slice(0, MAX_REQUESTS);
    this.#changed.fire();
    if (this.#notified.has(request.service)) return false;
    this.#notified.add(request.service);
    return true;
  }

  /** It was looked at. */
  settle(id: string): void {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter((request) => request.id !== id);
    if (this.#waiting.length < before) this.#changed.fire();
  }
}

function sameRule(one: PendingAccessRequest, other: PendingAccessRequest): boolean {
  return one.service === other.service && one.method === other.method && one.path === other.path;
}
