import type { Limits, Rate } from '../../core/limits/limitsModel.ts';
import { MAX_PAST_REQUESTS, MAX_PERIOD_MS, type PastRequest } from '../audit/recentRequests.ts';
import { TokenBucket } from '../util/tokenBucket.ts';

/** What `enter` says: a place to leave again, or when to come back. */
export type Entry =
  | { readonly entered: true; readonly place: Place }
  | { readonly entered: false; readonly why: 'rate'; readonly retryAfterMs: number }
  | { readonly entered: false; readonly why: 'busy' }
  | { readonly entered: false; readonly why: 'aborted' };

/** One request's place within the limits. Only the first of the two counts. */
export interface Place {
  /** The request is over. */
  leave(): void;
  /** Nothing came of it: it counts against no limit. */
  release(): void;
}

/** An agent states its own name, as many as it likes. */
const MAX_BUCKETS = 1000;

interface State {
  /** What went out in the last day, oldest first: what a limit that is new or another one counts from. */
  past: PastRequest[];
  /** By agent; the empty text for all together. */
  readonly buckets: Map<string, TokenBucket>;
  active: number;
  waiting: (() => void)[];
}

/** Counts the requests of each service: a rate, for all agents together or for each, and how many run at once. */
export class Limiter {
  readonly #states = new Map<string, State>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Waits for one of the service's `concurrent` places (up to `limits.timeoutMs`), then takes one request of its rate.
   * A refused request counts against nothing. `agent` is the short name of who asks.
   */
  async enter(service: string, limits: Limits, agent: string, signal: AbortSignal): Promise<Entry> {
    const state = this.#state(service);
    const early = this.#retryAfter(state, limits, agent);
    if (early > 0) return { entered: false, why: 'rate', retryAfterMs: early };
    if (state.active >= limits.concurrent) {
      const outcome = await waitForTurn(state, limits.timeoutMs, signal);
      if (outcome !== 'turn') return { entered: false, why: outcome };
      const late = this.#retryAfter(state, limits, agent);
      if (late > 0) {
        release(state);
        return { entered: false, why: 'rate', retryAfterMs: late };
      }
    } else {
      state.active++;
    }
    return { entered: true, place: this.#take(state, limits, agent) };
  }

  /** Takes past requests into account, such as those of the audit log before a restart; oldest first. */
  remember(service: string, past: readonly PastRequest[]): void {
    const state = this.#state(service);
    state.past = [...past, ...state.past].sort((a, b) => a.at - b.at);
    state.buckets.clear();
  }

  #take(state: State, limits: Limits, agent: string): Place {
    const now = this.#now();
    const request: PastRequest = { at: now, agent };
    const bucket = limits.requests && bucketOf(state, limits.requests, limits, agent);
    bucket?.take(now);
    state.past.push(request);
    forget(state, now);
    let left = false;
    const leave = (): void => {
      if (left) return;
      left = true;
      release(state);
    };
    return {
      leave,
      release: () => {
        if (left) return;
        leave();
        bucket?.putBack();
        state.past = state.past.filter((other) => other !== request);
      },
    };
  }

  #state(service: string): State {
    let state = this.#states.get(service);
    if (!state) {
      state = { past: [], buckets: new Map(), active: 0, waiting: [] };
      this.#states.set(service, state);
    }
    return state;
  }

  /** Milliseconds until the rate lets the next request start; 0 for now. */
  #retryAfter(state: State, limits: Limits, agent: string): number {
    return limits.requests ? bucketOf(state, limits.requests, limits, agent).retryAfter(this.#now()) : 0;
  }
}

/** The bucket that counts this agent's requests; under another rate than before, filled as that rate would have it. */
function bucketOf(state: State, rate: Rate, limits: Limits, agent: string): TokenBucket {
  const key = limits.perAgent ? `agent ${agent}` : '';
  let bucket = state.buckets.get(key);
  if (bucket?.rate.count !== rate.count || bucket.rate.per !== rate.per) {
    const counted = limits.perAgent ? state.past.filter((request) => request.agent === agent) : state.past;
    bucket = new TokenBucket(
      rate,
      counted.map(({ at }) => at),
    );
    const [oldest] = state.buckets.keys();
    if (state.buckets.size >= MAX_BUCKETS && oldest !== undefined) state.buckets.delete(oldest);
    state.buckets.set(key, bucket);
  }
  return bucket;
}

/** Drops what no limit counts any more, in strides: most of the time there is nothing to do. */
function forget(state: State, now: number): void {
  const { past } = state;
  const oldest = past[0];
  if (past.length < 2 * MAX_PAST_REQUESTS && oldest && oldest.at > now - 2 * MAX_PERIOD_MS) return;
  state.past = past.filter(({ at }) => at > now - MAX_PERIOD_MS).slice(-MAX_PAST_REQUESTS);
}

/** Hands the place straight to the next in line, so that nobody who comes in between takes it too. */
function release(state: State): void {
  const next = state.waiting.shift();
  if (next) next();
  else state.active--;
}

function waitForTurn(state: State, timeoutMs: number, signal: AbortSignal): Promise<'turn' | 'busy' | 'aborted'> {
  return new Promise((resolve) => {
    const settle = (outcome: 'turn' | 'busy' | 'aborted'): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      const index = state.waiting.indexOf(onTurn);
      if (index !== -1) state.waiting.splice(index, 1);
      resolve(outcome);
    };
    const onTurn = (): void => settle('turn');
    const onAbort = (): void => settle('aborted');
    const timer = setTimeout(() => settle('busy'), timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    state.waiting.push(onTurn);
    if (signal.aborted) onAbort();
  });
}
