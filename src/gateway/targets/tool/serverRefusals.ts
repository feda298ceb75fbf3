import type { ErrorCode, Refusal } from '../../../protocol/messages.ts';
import { DO_NOT_REPEAT, RefusalError, type Sent } from '../../call/model/refusals.ts';

const ASK_THE_PERSON = 'Tell the user, and do not work around it through the terminal.';
const UNSENT = 'Nothing was done. Try again later, or tell the user.';

/** Refusals that only calls to upstream MCP servers meet; `service` is the server's name. The others are in refusals.ts. */
export const serverRefusals = {
  unknownServer: (known: readonly string[]): RefusalError =>
    refuse(
      'unknown_service',
      'No policy names the MCP server that this client asks for.',
      known.length === 0
        ? 'No server is set up yet. Ask the user to add one to valetkey.yaml, below "servers".'
        : `Tell the user: this client starts the proxy with a name that no policy has. Known names: ${known.slice(0, 20).join(', ')}.`,
    ),

  toolDenied: (server: string, reason: string, where: string, byAdministrator: boolean): RefusalError =>
    refuse(
      'policy_denied',
      `${reason} See ${where}.`,
      byAdministrator
        ? `Do not repeat this call: only the administrator of this machine can change that. ${ASK_THE_PERSON}`
        : 'Do not repeat this call. If the task needs the tool, tell the user, who can name it in `tools.allow` or `tools.ask`.',
      { service: server },
    ),

  unknownTool: (server: string): RefusalError =>
    refuse('invalid_request', `${server} has no tool of this name.`, 'Use a tool from its list.', {
      service: server,
    }),

  toolNotReviewed: (server: string, how: 'new' | 'changed' | 'hidden_text'): RefusalError => {
    const what = {
      new: 'appeared after the user reviewed the tools of this server',
      changed: 'has changed since the user reviewed it',
      hidden_text: 'contains text that is invisible to the user',
    }[how];
    return refuse(
      'policy_not_approved',
      `This tool of ${server} ${what}, so it is off until it is reviewed.`,
      `Ask the user to run "Valet Key: Review Server Tools" in VS Code. ${ASK_THE_PERSON}`,
      { service: server },
    );
  },

  argumentsTooLarge: (server: string, maxBytes: number): RefusalError =>
    refuse('request_too_large', `The arguments are larger than ${maxBytes} bytes.`, 'Send less at once.', {
      service: server,
    }),

  resultTooLarge: (server: string, maxBytes: number): RefusalError =>
    refuse(
      'response_too_large',
      `The result of ${server} is too large: more than ${maxBytes} bytes, or more objects, lists and names than can be read at once.`,
      'The call reached the server. Ask for less; for anything but a read, check the state before another call.',
      { service: server, sent: 'yes' },
    ),

  notStarted: (server: string, why: string, retryAfterMs?: number): RefusalError =>
    refuse(
      'upstream_unreachable',
      `${server} could not be started: ${why}.`,
      retryAfterMs === undefined ? UNSENT : wait(retryAfterMs),
      {
        service: server,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs: Math.ceil(retryAfterMs) }),
      },
    ),

  unreadable: (server: string, why: string): RefusalError =>
    refuse('upstream_unreachable', `${server} answered with a result that ${why}.`, DO_NOT_REPEAT, {
      service: server,
      sent: 'yes',
    }),

  crashed: (server: string, sent: Sent): RefusalError =>
    refuse(
      'upstream_unreachable',
      `${server} ended while the call was in progress.`,
      sent === 'no' ? 'Nothing was done. Call again: the server is restarted.' : DO_NOT_REPEAT,
      { service: server, sent },
    ),

  credentialRejected: (server: string): RefusalError =>
    refuse(
      'credential_rejected',
      `${server} does not accept its credential (401).`,
      'Ask the user to run "Valet Key: Rotate Credential" in VS Code.',
      { service: server, sent: 'yes' },
    ),

  changedUnderWay: (server: string, sent: Sent): RefusalError =>
    refuse(
      'policy_not_approved',
      `The policy of ${server} changed while the call was in progress, so the server was stopped.`,
      sent === 'no' ? 'Nothing was done. Call again.' : DO_NOT_REPEAT,
      { service: server, sent },
    ),
};

function refuse(code: ErrorCode, message: string, nextStep: string, more: Partial<Refusal> = {}): RefusalError {
  return new RefusalError({ code, message, nextStep, sent: 'no', ...more });
}

function wait(ms: number): string {
  return `Nothing was done. Retry after ${Math.ceil(ms / 1000)} s; if this keeps happening, tell the user.`;
}
