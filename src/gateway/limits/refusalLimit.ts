import { agentName } from '../../core/audit/agentName.ts';
import type { AuditEvent } from '../../core/audit/auditEvent.ts';
import type { Rate } from '../../core/limits/limitsModel.ts';
import type { Refusal } from '../../protocol/messages.ts';
import type { Recorder } from '../audit/recorder.ts';
import { type Caller, USER } from '../call/model/callContext.ts';
import { refusals } from '../call/model/refusals.ts';
import { freshId } from '../util/freshId.ts';
import { TokenBucket } from '../util/tokenBucket.ts';
import { MAX_CONNECTIONS } from './connections.ts';

/** What one connection may have refused before its calls wait. An honest agent learns from a handful. */
const OF_ONE: Rate = { count: 600, per: 'minute' };
/** What of it a connection need not share with others: no flood of theirs takes its turn. */
const UNSHARED: Rate = { count: 30, per: 'minute' };
/** What all may have refused together beyond that: a connection is quickly ended and made anew. */
const OF_ALL: Rate = { count: 1200, per: 'minute' };
/** Refused calls with a record of their own: those of a day must not fill a disk. */
const RECORDED: Rate = { count: 1000, per: 'hour' };
/** How often those without one are counted in the audit log, in milliseconds. */
const SUM_UP_EVERY_MS = 10_000;
/** An agent states its own name, as many as it likes: these have a count of their own. */
const MAX_NAMES = 8;
const OTHERS = 'others';

/**
 * What counts a connection's refused calls: all of them, and those that it need not share. These are no `KeyedRates`: a
 * bucket here is owed what was under way, is handed on to another connection, and is joined by one that all share.
 */
interface Own {
  readonly all: TokenBucket;
  /** None where there are more connections than the broker takes. */
  readonly unshared: TokenBucket | undefined;
}

/**
 * Bounds what refused calls cost. No limit of a policy counts them, and each takes a decision and a record: an agent that
 * repeats them would keep the gateway busy and fill the disk. Beyond a rate its calls are turned away before anything is
 * decided, and beyond another one refusals are counted in the audit log instead of being recorded one by one.
 */
export class RefusalLimit {
  readonly #recorder: Pick<Recorder, 'recordOrLog'>;
  readonly #now: () => number;
  readonly #ofOne = new Map<string, Own>();
  /**
   * For connections to come, the longest rested first. They outlive a connection, so that one which is made anew over and over
   * has no more than its own again, and there are as many as connections can be.
   */
  readonly #rested = Array.from({ length: MAX_CONNECTIONS }, () => new TokenBucket(UNSHARED));
  readonly #ofAll = new TokenBucket(OF_ALL);
  readonly #recorded = new TokenBucket(RECORDED);
  /** Refused and not recorded since the audit log was last told, by the agent's short name. */
  #uncounted = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: { readonly recorder: Pick<Recorder, 'recordOrLog'>; readonly now: () => number }) {
    this.#recorder = parts.recorder;
    this.#now = parts.now;
  }

  /**
   * The refusal for a caller that had too many of its calls refused lately; undefined for all others. To be asked first of
   * all.
   */
  turnAway(caller: Caller): Refusal | undefined {
    const own = this.#ofOne.get(caller.connection);
    const now = this.#now();
    if (!own) return undefined; // nothing of it was ever refused: it waits for nobody
    const shared = this.#ofAll.retryAfter(now);
    const wait = Math.max(own.all.retryAfter(now), Math.min(shared, own.unshared?.retryAfter(now) ?? shared));
    if (wait === 0) return undefined;
    this.#sumUp(agentName(caller.agent.name));
    return refusals.refusedTooOften(wait).refusal;
  }

  /** Counts a call that was refused before anything was sent, and records it, or counts it in the audit log with others. */
  refused(caller: Caller, event: AuditEvent): void {
    if (this.counts(caller, event.agent.name)) this.#recorder.recordOrLog(event);
  }

  /** Counts such a call. Whether it is to have a record of its own: else it was counted in the audit log with others. */
  counts(caller: Caller, agent: string): boolean {
    if (caller === USER) return true;
    const now = this.#now();
    this.#count(caller.connection, now);
    if (this.#recorded.retryAfter(now) > 0) {
      this.#sumUp(agent);
      return false;
    }
    this.#recorded.take(now);
    return true;
  }

  #count(connection: string, now: number): void {
    const own = this.#ofOne.get(connection) ?? { all: new TokenBucket(OF_ONE), unshared: this.#rested.shift() };
    this.#ofOne.set(connection, own);
    own.all.take(now);
    const { unshared } = own;
    if (unshared?.retryAfter(now) === 0) unshared.take(now);
    else if (this.#ofAll.retryAfter(now) === 0) this.#ofAll.take(now);
    else {
      // Many calls at once are let in before the first of them is refused.
      unshared?.owe(now);
      this.#ofAll.owe(now);
    }
  }

  /** A proxy went away. */
  disconnect(connection: string): void {
    const unshared = this.#ofOne.get(connection)?.unshared;
    if (unshared) this.#rested.push(unshared);
    this.#ofOne.delete(connection);
  }

  /** Tells the audit log what it was not told yet. */
  close(): void {
    clearTimeout(this.#timer);
    this.#report();
  }

  #sumUp(agent: string): void {
    const name = this.#uncounted.has(agent) || this.#uncounted.size < MAX_NAMES ? agent : OTHERS;
    this.#uncounted.set(name, (this.#uncounted.get(name) ?? 0) + 1);
    this.#timer ??= setTimeout(() => this.#report(), SUM_UP_EVERY_MS).unref();
  }

  #report(): void {
    this.#timer = undefined;
    for (const [name, count] of this.#uncounted) {
      this.#recorder.recordOrLog({
        id: freshId(),
        kind: 'denied',
        agent: { name },
        subject: `${count} more refused calls`,
        verdict: 'deny',
        code: 'rate_limited',
      });
    }
    this.#uncounted = new Map();
  }
}
