import type { ProgressToken, ServerNotification } from '@modelcontextprotocol/sdk/types.js';

/** How often a client hears that its call still waits, in milliseconds: many give up on a call that is silent. */
const EVERY_MS = 10_000;
const MESSAGE = 'Waiting for the user to approve this request in VS Code.';

/** Tells an MCP client that its call waits for the user. */
export interface WaitingProgress {
  /** The call begins to wait: says so at once, and then every ten seconds. */
  start(): void;
  /** The call is over. */
  stop(): void;
}

/** Progress for a call that came with this token; undefined for a client that did not ask to be told. */
export function waitingProgress(
  progressToken: ProgressToken | undefined,
  notify: (notification: ServerNotification) => void,
): WaitingProgress | undefined {
  if (progressToken === undefined) return undefined;
  let timer: NodeJS.Timeout | undefined;
  let progress = 0;
  const tell = (): void => {
    progress += 1;
    notify({ method: 'notifications/progress', params: { progressToken, progress, message: MESSAGE } });
  };
  return {
    start: () => {
      if (timer) return;
      tell();
      timer = setInterval(tell, EVERY_MS);
    },
    stop: () => clearInterval(timer),
  };
}
