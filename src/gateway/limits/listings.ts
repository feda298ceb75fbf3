import type { Rate } from '../../core/limits/limitsModel.ts';
import type { AgentInfo } from '../../protocol/messages.ts';
import type { Recorder } from '../audit/recorder.ts';
import { auditAgent, type Caller } from '../call/model/callContext.ts';
import { freshId } from '../util/freshId.ts';
import { TokenBucket } from '../util/tokenBucket.ts';
import { ConnectionRate } from './connectionRate.ts';

/** How often one connection may list its services. An honest agent does it once, and again when something changed. */
const OF_ONE: Rate = { count: 60, per: 'minute' };
/** A connection that goes on listing has one record in so many milliseconds, which counts the others. */
const RECORD_EVERY_MS = 60_000;
/** Of all connections, which are quickly made anew: those of a day must not fill a disk. */
const RECORDED: Rate = { count: 1000, per: 'hour' };

interface Listed {
  readonly agent: AgentInfo;
  /** Milliseconds since the epoch. */
  recordedAt: number;
  /** Since the last record. */
  unrecorded: number;
}

/** Bounds how often `list_services` is asked, and records it without filling the audit log. */
export class Listings {
  readonly #recorder: Pick<Recorder, 'recordOrLog'>;
  readonly #now: () => number;
  readonly #rate: ConnectionRate;
  readonly #recorded = new TokenBucket(RECORDED);
  readonly #listed = new Map<string, Listed>();

  constructor(parts: { readonly recorder: Pick<Recorder, 'recordOrLog'>; readonly now: () => number }) {
    this.#recorder = parts.recorder;
    this.#now = parts.now;
    this.#rate = new ConnectionRate('list_services', OF_ONE, parts.now);
  }

  /** Counts one. Throws `rate_limited` where that is too many. */
  admit({ agent, connection }: Caller): void {
    this.#rate.admit(connection);
    const now = this.#now();
    const listed = this.#listed.get(connection) ?? { agent, recordedAt: Number.NEGATIVE_INFINITY, unrecorded: 0 };
    this.#listed.set(connection, listed);
    if (now - listed.recordedAt < RECORD_EVERY_MS || this.#recorded.retryAfter(now) > 0) {
      listed.unrecorded++;
      return;
    }
    this.#recorded.take(now);
    this.#record(listed);
    listed.recordedAt = now;
    listed.unrecorded = 0;
  }

  /** A proxy went away: what was counted is recorded. */
  disconnect(connection: string): void {
    const listed = this.#listed.get(connection);
    if (listed && listed.unrecorded > 0) this.#record(listed);
    this.#listed.delete(connection);
    this.#rate.disconnect(connection);
  }

  #record({ agent, unrecorded }: Listed): void {
    this.#recorder.recordOrLog({
      id: freshId(),
      kind: 'control',
      agent: auditAgent(agent),
      verdict: 'list_services',
      ...(unrecorded > 0 ? { subject: `${unrecorded} more since the last record` } : {}),
    });
  }
}
