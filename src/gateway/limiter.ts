import type { Limits, Rate } from '../core/policy/model.ts';
import { PERIOD_SECONDS } from '../core/policy/units.ts';

/** What `enter` says: a slot to leave again, or when to come back. */
export type Entry =
  | { readonly entered: true; readonly leave: () => void }
  | { readonly entered: false; readonly why: 'rate'; readonly retryAfterMs: number }
  | { readonly entered: false; readonly why: 'busy' }
  | { readonly entered: false; readonly why: 'aborted' };

interface State {
  /** Start times of the requests inside the longest period that was asked about, oldest first. */
  starts: number[];
  active: number;
  waiting: (() => void)[];
}

/** Counts the requests of each service: a rate over a sliding window, and how many run at once. */
export class Limiter {
  readonly #states = new Map<string, State>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Waits for one of the service's `concurrent` places (up to `limits.timeoutMs`), then takes one request of its rate.
   * A refused request counts against nothing.
   */
  async enter(service: string, limits: Limits, signal: AbortSignal): Promise<Entry> {
    const state = this.#state(service);
    const early = this.#retryAfter(state, limits.requests);
    if (early > 0) return { entered: false, why: 'rate', retryAfterMs: early };
    if (state.active >= limits.concurrent) {
      const outcome = await waitForTurn(state, limits.timeoutMs, signal);
      if (outcome !== 'turn') return { entered: false, why: outcome };
      const late = this.#retryAfter(state, limits.requests);
      if (late > 0) {
        release(state);
        return { entered: false, why: 'rate', retryAfterMs: late };
      }
    } else {
      state.active++;
    }
    if (limits.requests) state.starts.push(this.#now());
    let left = false;
    return {
      entered: true,
      leave: () => {
        if (left) return;
        left = true;
        release(state);
      },
    };
  }

  /** Takes past requests into account, such as those of the audit trail before a restart. */
  remember(service: string, startedAt: readonly number[]): void {
    const state = this.#state(service);
    state.starts = [...startedAt, ...state.starts].sort((a, b) => a - b);
  }

  #state(service: string): State {
    let state = this.#states.get(service);
    if (!state) {
      state = { starts: [], active: 0, waiting: [] };
      this.#states.set(service, state);
    }
    return state;
  }

  /** Milliseconds until the rate lets the next request start; 0 for now. */
  #retryAfter(state: State, rate: Rate | undefined): number {
    if (!rate) return 0;
    const since = this.#now() - PERIOD_SECONDS[rate.per] * 1000;
    const firstInside = state.starts.findIndex((start) => start > since);
    state.starts.splice(0, firstInside === -1 ? state.starts.length : firstInside);
    const blocking = state.starts[state.starts.length - rate.count];
    return blocking === undefined ? 0 : Math.max(1, blocking - since);
  }
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
