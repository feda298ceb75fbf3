import type { ProgressToken, ServerNotification } from '@modelcontextprotocol/sdk/types.js';
import type { CallProgress } from '../protocol/messages.ts';

/** How often a client hears that its call is under way, in milliseconds: many give up on a call that is silent for a minute. */
const EVERY_MS = 10_000;
/** MCP wants each number to be greater than the one before it. */
const LEAST_STEP = 0.001;
/** What a second counts in a call to an upstream MCP server: so little that the server's own numbers can follow. */
export const UPSTREAM_UNIT = 0.001;
const ASKING = 'Waiting for the user to approve this request in VS Code.';

/** Tells an MCP client of a call that it is under way: every ten seconds, whatever it waits for. */
export interface ProgressNotices {
  /** The user is asked about the call: says so at once. */
  asking(): void;
  /** What an upstream MCP server says itself goes on as it says it. */
  passOn(progress: CallProgress): void;
  /** The call is over. */
  stop(): void;
}

/**
 * Progress for a call that came with this token; undefined for a client that did not ask to be told.
 *
 * @param unit what a second counts in the notices' numbers, which some clients show before the words.
 */
export function callProgress(
  progressToken: ProgressToken | undefined,
  notify: (notification: ServerNotification) => void,
  unit = 1,
): ProgressNotices | undefined {
  if (progressToken === undefined) return undefined;
  const startedAt = performance.now();
  let last = Number.NEGATIVE_INFINITY;
  let asked = false;
  const seconds = (): number => Math.round((performance.now() - startedAt) / 1000);
  const tell = (progress: number, more: Omit<CallProgress, 'progress'>): void => {
    last = Math.max(progress, last + LEAST_STEP);
    notify({ method: 'notifications/progress', params: { ...more, progressToken, progress: last } });
    timer.refresh();
  };
  const timer = setInterval(() => {
    const waiting = asked
      ? 'The user was asked in VS Code to approve this request. Still waiting'
      : 'Waiting for an answer';
    tell(seconds() * unit, { message: `${waiting}, ${seconds()} seconds so far.` });
  }, EVERY_MS);
  return {
    asking: () => {
      if (asked) return;
      asked = true;
      tell(seconds() * unit, { message: ASKING });
    },
    passOn: ({ progress, ...more }) => {
      asked = false;
      tell(progress, more);
    },
    stop: () => clearInterval(timer),
  };
}
