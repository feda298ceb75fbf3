import { DO_NOT_REPEAT } from '../../../protocol/brokenCall.ts';
import type { ErrorCode, Refusal } from '../../../protocol/messages.ts';
import { RefusalError, type Sent } from '../../call/model/refusals.ts';

const ASK_THE_USER = 'Tell the user, and do not work around it through the terminal.';
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
        ? `Do not repeat this call: only the administrator of this machine can change that. ${ASK_THE_USER}`
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
      `Ask the user to run "Valet Key: Review Server Tools" in VS Code. ${ASK_THE_USER}`,
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

  notStarted: (server: string, why: string): RefusalError =>
    refuse('upstream_unreachable', `${server} could not be started: ${why}.`, UNSENT, { service: server }),

  /** It is not started for a while. `last`: why it failed at last; it crashed where that is not known. */
  paused: (server: string, last: RefusalError | undefined, retryAfterMs: number): RefusalError => {
    const { code, message, nextStep } = (last ?? serverRefusals.crashed(server, 'no')).refusal;
    return refuse(
      code,
      `${message} It failed several times in a row.`,
      `${nextStep} It is started again in ${Math.ceil(retryAfterMs / 1000)} s at the earliest.`,
      { service: server, retryAfterMs: Math.ceil(retryAfterMs) },
    );
  },

  /** To who asks for its tools, and would wait no longer. */
  stillStarting: (server: string, seconds: number): RefusalError =>
    refuse(
      'upstream_timeout',
      `${server} is still starting: it has not listed its tools within ${seconds} s.`,
      'List its tools again in a minute. If there are none then, ask the user what the log of Valet Key says of it.',
      { service: server },
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
      'Nothing was done. Ask the user to run "Valet Key: Rotate Credential" in VS Code.',
      { service: server },
    ),

  /** It wants a credential, and the policy names none. */
  signInNeeded: (server: string): RefusalError =>
    refuse(
      'missing_credential',
      `${server} wants its user to sign in (401, usually OAuth), which Valet Key does not do for MCP servers, and the policy gives it no credential.`,
      'Nothing was done. Tell the user, who can name a token of that server below "headers" in the policy, or run a local bridge that signs in (such as mcp-remote) as its "command".',
      { service: server },
    ),

  forbidden: (server: string, authenticated: boolean): RefusalError =>
    refuse(
      'upstream_unreachable',
      authenticated
        ? `${server} refused the request (403): its credential may not do this.`
        : `${server} refused the request (403), and the policy gives it no credential.`,
      authenticated
        ? 'Nothing was done, and another call like it will not help. Tell the user: the credential may lack a scope or a permission.'
        : 'Nothing was done, and another call like it will not help. Tell the user, who can name a credential below "headers" in the policy.',
      { service: server },
    ),

  /** By the server's own word. Without `retryAfterMs` it did not say for how long. */
  busy: (server: string, retryAfterMs: number | undefined): RefusalError =>
    refuse(
      'rate_limited',
      `${server} takes no more requests for now (429).`,
      retryAfterMs === undefined ? 'Nothing was done. Wait before you try again.' : wait(retryAfterMs),
      { service: server, ...(retryAfterMs === undefined ? {} : { retryAfterMs: Math.ceil(retryAfterMs) }) },
    ),

  redirected: (server: string, to: string | undefined): RefusalError =>
    refuse(
      'upstream_unreachable',
      to === undefined
        ? `${server} could not be reached: it answered with a redirect to another origin, which is not followed.`
        : `${server} could not be reached: it answered with a redirect to ${to}, which is not followed.`,
      to === undefined
        ? 'Nothing was done. Tell the user, who can write the address of the MCP server itself as "url" in the policy.'
        : `Nothing was done. Tell the user, who can write ${to} as "url" in the policy, if that is the MCP server.`,
      { service: server },
    ),

  olderTransport: (server: string): RefusalError =>
    refuse(
      'upstream_unreachable',
      `${server} could not be reached: its address offers the older HTTP+SSE transport of MCP, which is not supported.`,
      'Nothing was done. Tell the user, who can write its Streamable HTTP address as "url" in the policy (often /mcp in place of /sse).',
      { service: server },
    ),

  newerProtocol: (server: string, version: string): RefusalError =>
    refuse(
      'upstream_unreachable',
      `${server} could not be started: it speaks only a newer protocol of MCP (${version}), which is not supported.`,
      'Nothing was done, and another call will not help. Tell the user: a version of that server, or an option of it, that also speaks 2025-11-25 is needed.',
      { service: server },
    ),

  /** `certain`: it said that it does not know the session; otherwise that may be why it refused the message. */
  sessionOver: (server: string, certain: boolean): RefusalError =>
    refuse(
      'upstream_unreachable',
      certain
        ? `${server} ended its session with Valet Key twice in a row.`
        : `${server} refused the request (400), which may mean that its session with Valet Key has ended.`,
      certain
        ? 'Nothing was done. Try again later, or tell the user.'
        : 'Nothing was done. Call again once: a new session is started. If that is refused as well, correct the arguments or tell the user.',
      { service: server },
    ),

  /** An HTTP status that says that the message was not taken. */
  notTaken: (server: string, status: number): RefusalError =>
    refuse('upstream_unreachable', `${server} refused the request (${status}).`, UNSENT, { service: server }),

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
