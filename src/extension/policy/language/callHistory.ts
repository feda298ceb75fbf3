import type { PastCall } from '../../../core/policy/learn/rulesUsed.ts';
import type { SeenCall, SeenCalls, SeenQuery } from '../../audit/explorer/explorerMessages.ts';
import { Emitter } from '../../util/emitter.ts';
import type { Clock } from '../../util/ports.ts';

export const DAY_MS = 24 * 60 * 60 * 1000;
export const MONTH_MS = 30 * DAY_MS;
/** The last counts may be so old, in milliseconds; reading what is new takes the trail's thread a moment. */
const FRESH_MS = 5000;
/** How long the thread with its index is kept for the next question; both are as large as the trail is long. */
const IDLE_MS = 60_000;
/** So many different calls go from thread to thread in a millisecond or two. */
const MAX_CALLS = 2000;

/** Who reads the trail beside the event loop. */
export interface CallSource {
  calls(query: SeenQuery): Promise<SeenCalls>;
  dispose(): void;
}

/** How often a service was called in the last 24 hours. */
export interface ServiceCalls {
  readonly allowed: number;
  readonly blocked: number;
}

/**
 * What was called in the last 30 days, as all windows recorded it, for whoever writes a policy. Read when somebody asks,
 * and told again when a newer answer came.
 */
export class CallHistory {
  readonly #open: () => CallSource;
  readonly #now: Clock;
  readonly #failed: (error: unknown) => void;
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  #seen: SeenCalls = { calls: [], complete: false };
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;
  #source: CallSource | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(ports: {
    readonly open: () => CallSource;
    readonly now: Clock;
    readonly failed: (error: unknown) => void;
  }) {
    this.#open = ports.open;
    this.#now = ports.now;
    this.#failed = ports.failed;
  }

  /**
   * Reads the trail again unless that was done in the last `freshMs` milliseconds. Never throws: without a history a
   * policy can be written, too.
   */
  refresh(freshMs = FRESH_MS): Promise<void> {
    if (this.#now() - this.#readAt < freshMs) return Promise.resolve();
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** The calls of the last 30 days, the most recent first. */
  get calls(): readonly PastCall[] {
    return this.#seen.calls;
  }

  /** The calls of the last 24 hours, with how often each was made. */
  get recent(): readonly PastCall[] {
    return this.#seen.calls.flatMap(({ service, method, path, recentlyAllowed, recentlyBlocked }) => {
      const count = recentlyAllowed + recentlyBlocked;
      return count === 0 ? [] : [{ service, method, path, count }];
    });
  }

  /**
   * Every call of the last 30 days, for rules that have been there since `at` (milliseconds since the epoch). Undefined
   * when they or the trail are younger than that, or there are more calls than can be told: nothing is then unused.
   */
  monthSince(at: number): readonly PastCall[] | undefined {
    const { calls, complete, oldest } = this.#seen;
    const month = this.#now() - MONTH_MS;
    return complete && oldest !== undefined && oldest <= month && at <= month ? calls : undefined;
  }

  ofService(name: string): ServiceCalls {
    const own = this.#seen.calls.filter(({ service }) => service === name);
    return { allowed: sum(own, 'recentlyAllowed'), blocked: sum(own, 'recentlyBlocked') };
  }

  dispose(): void {
    clearTimeout(this.#idle);
    this.#source?.dispose();
    this.#source = undefined;
  }

  async #read(): Promise<void> {
    const now = this.#now();
    clearTimeout(this.#idle);
    this.#source ??= this.#open();
    try {
      this.#seen = await this.#source.calls({ since: now - MONTH_MS, recent: now - DAY_MS, most: MAX_CALLS });
      this.#readAt = now;
      this.#changed.fire();
    } catch (error) {
      this.#failed(error);
      this.dispose();
    }
    this.#idle = setTimeout(() => this.dispose(), IDLE_MS).unref();
  }
}

function sum(calls: readonly SeenCall[], of: 'recentlyAllowed' | 'recentlyBlocked'): number {
  return calls.reduce((total, call) => total + call[of], 0);
}
