import { type Phrase, phrase } from '../../../core/text/phrase.ts';
import { ASK_THE_USER, NOT_AGAIN, type RefusalError, refuse, type Sent } from '../../call/model/refusals.ts';

const UNSENT = phrase`Nothing was done. Try again later, or tell the user.`;

/** Refusals that only calls to upstream MCP servers meet; `service` is the server's name. The others are in refusals.ts. */
export const serverRefusals = {
  unknownServer: (known: readonly string[]): RefusalError =>
    refuse(
      'unknown_service',
      phrase`No policy names the MCP server that this client asks for.`,
      known.length === 0
        ? phrase`No server is set up yet. Ask the user to add one to valetkey.yaml, below "servers".`
        : phrase`Tell the user: this client starts the proxy with a name that no policy has. Known names: ${known.slice(0, 20)}.`,
    ),

  toolDenied: (server: string, reason: Phrase, where: Phrase, byAdministrator: boolean): RefusalError =>
    refuse(
      'policy_denied',
      phrase`${reason} See ${where}.`,
      byAdministrator
        ? phrase`Do not repeat this call: only the administrator of this machine can change that. ${ASK_THE_USER}`
        : phrase`Do not repeat this call. If the task needs the tool, tell the user, who can name it in \`tools.allow\` or \`tools.ask\`.`,
      { service: server },
    ),

  unknownTool: (server: string): RefusalError =>
    refuse('invalid_request', phrase`${server} has no tool of this name.`, phrase`Use a tool from its list.`, {
      service: server,
    }),

  toolNotReviewed: (server: string, how: 'new' | 'changed' | 'hidden_text'): RefusalError => {
    const message = {
      new: phrase`This tool of ${server} appeared after the user reviewed the tools of this server, so it is off until it is reviewed.`,
      changed: phrase`This tool of ${server} has changed since the user reviewed it, so it is off until it is reviewed.`,
      hidden_text: phrase`This tool of ${server} contains text that is invisible to the user, so it is off until it is reviewed.`,
    }[how];
    return refuse(
      'policy_not_approved',
      message,
      phrase`Ask the user to run "Valet Key: Review Server Tools" in VS Code. ${ASK_THE_USER}`,
      { service: server },
    );
  },

  argumentsTooLarge: (server: string, maxBytes: number): RefusalError =>
    refuse('request_too_large', phrase`The arguments are larger than ${maxBytes} bytes.`, phrase`Send less at once.`, {
      service: server,
    }),

  resultTooLarge: (server: string, maxBytes: number): RefusalError =>
    refuse(
      'response_too_large',
      phrase`The result of ${server} is too large: more than ${maxBytes} bytes, or more objects, lists and names than can be read at once.`,
      phrase`The call reached the server. Ask for less; for anything but a read, check the state before another call.`,
      { service: server, sent: 'yes' },
    ),

  notStarted: (server: string, why: Phrase, nextStep: Phrase = UNSENT): RefusalError =>
    refuse('upstream_unreachable', phrase`${server} could not be started: ${why}.`, nextStep, { service: server }),

  /** It is not started for a while. `last`: why it failed at last; it crashed where that is not known. */
  paused: (server: string, last: RefusalError | undefined, retryAfterMs: number): RefusalError => {
    const { code, message, nextStep } = (last ?? serverRefusals.crashed(server, 'no')).told;
    return refuse(
      code,
      phrase`${message} It failed several times in a row.`,
      phrase`${nextStep} It is started again in ${Math.ceil(retryAfterMs / 1000)} s at the earliest.`,
      { service: server, retryAfterMs: Math.ceil(retryAfterMs) },
    );
  },

  /** To who asks for its tools, and would wait no longer. */
  stillStarting: (server: string, seconds: number): RefusalError =>
    refuse(
      'upstream_timeout',
      phrase`${server} is still starting: it has not listed its tools within ${seconds} s.`,
      phrase`List its tools again in a minute. If there are none then, ask the user what the log of Valet Key says of it.`,
      { service: server },
    ),

  unreadable: (server: string, isTooDeep: boolean): RefusalError =>
    refuse(
      'upstream_unreachable',
      isTooDeep
        ? phrase`${server} answered with a result that is nested too deeply.`
        : phrase`${server} answered with a result that is not what MCP allows.`,
      NOT_AGAIN,
      { service: server, sent: 'yes' },
    ),

  crashed: (server: string, sent: Sent): RefusalError =>
    refuse(
      'upstream_unreachable',
      phrase`${server} ended while the call was in progress.`,
      sent === 'no' ? phrase`Nothing was done. Call again: the server is restarted.` : NOT_AGAIN,
      { service: server, sent },
    ),

  credentialRejected: (server: string): RefusalError =>
    refuse(
      'credential_rejected',
      phrase`${server} does not accept its credential (401).`,
      phrase`Nothing was done. Ask the user to run "Valet Key: Rotate Credential" in VS Code.`,
      { service: server },
    ),

  /** It wants a credential, and the policy names none. */
  signInNeeded: (server: string): RefusalError =>
    refuse(
      'missing_credential',
      phrase`${server} wants its user to sign in (401, usually OAuth), which Valet Key does not do for MCP servers, and the policy gives it no credential.`,
      phrase`Nothing was done. Tell the user, who can name a token of that server below "headers" in the policy, or run a local bridge that signs in (such as mcp-remote) as its "command".`,
      { service: server },
    ),

  forbidden: (server: string, authenticated: boolean): RefusalError =>
    refuse(
      'upstream_unreachable',
      authenticated
        ? phrase`${server} refused the request (403): its credential may not do this.`
        : phrase`${server} refused the request (403), and the policy gives it no credential.`,
      authenticated
        ? phrase`Nothing was done, and another call like it will not help. Tell the user: the credential may lack a scope or a permission.`
        : phrase`Nothing was done, and another call like it will not help. Tell the user, who can name a credential below "headers" in the policy.`,
      { service: server },
    ),

  /** By the server's own word. Without `retryAfterMs` it did not say for how long. */
  busy: (server: string, retryAfterMs: number | undefined): RefusalError =>
    refuse(
      'rate_limited',
      phrase`${server} takes no more requests for now (429).`,
      retryAfterMs === undefined ? phrase`Nothing was done. Wait before you try again.` : wait(retryAfterMs),
      { service: server, ...(retryAfterMs === undefined ? {} : { retryAfterMs: Math.ceil(retryAfterMs) }) },
    ),

  redirected: (server: string, to: string | undefined): RefusalError =>
    refuse(
      'upstream_unreachable',
      to === undefined
        ? phrase`${server} could not be reached: it answered with a redirect to another origin, which is not followed.`
        : phrase`${server} could not be reached: it answered with a redirect to ${to}, which is not followed.`,
      to === undefined
        ? phrase`Nothing was done. Tell the user, who can write the address of the MCP server itself as "url" in the policy.`
        : phrase`Nothing was done. Tell the user, who can write ${to} as "url" in the policy, if that is the MCP server.`,
      { service: server },
    ),

  olderTransport: (server: string): RefusalError =>
    refuse(
      'upstream_unreachable',
      phrase`${server} could not be reached: its address offers the older HTTP+SSE transport of MCP, which is not supported.`,
      phrase`Nothing was done. Tell the user, who can write its Streamable HTTP address as "url" in the policy (often /mcp in place of /sse).`,
      { service: server },
    ),

  newerProtocol: (server: string, version: string): RefusalError =>
    refuse(
      'upstream_unreachable',
      phrase`${server} could not be started: it speaks only a newer protocol of MCP (${version}), which is not supported.`,
      phrase`Nothing was done, and another call will not help. Tell the user: a version of that server, or an option of it, that also speaks 2025-11-25 is needed.`,
      { service: server },
    ),

  /** `certain`: it said that it does not know the session; otherwise that may be why it refused the message. */
  sessionOver: (server: string, certain: boolean): RefusalError =>
    refuse(
      'upstream_unreachable',
      certain
        ? phrase`${server} ended its session with Valet Key twice in a row.`
        : phrase`${server} refused the request (400), which may mean that its session with Valet Key has ended.`,
      certain
        ? phrase`Nothing was done. Try again later, or tell the user.`
        : phrase`Nothing was done. Call again once: a new session is started. If that is refused as well, correct the arguments or tell the user.`,
      { service: server },
    ),

  /** An HTTP status that says that the message was not taken. */
  notTaken: (server: string, status: number): RefusalError =>
    refuse('upstream_unreachable', phrase`${server} refused the request (${status}).`, UNSENT, { service: server }),

  changedUnderWay: (server: string, sent: Sent): RefusalError =>
    refuse(
      'policy_not_approved',
      phrase`The policy of ${server} changed while the call was in progress, so the server was stopped.`,
      sent === 'no' ? phrase`Nothing was done. Call again.` : NOT_AGAIN,
      { service: server, sent },
    ),
};

function wait(ms: number): Phrase {
  return phrase`Nothing was done. Retry after ${Math.ceil(ms / 1000)} s; if this keeps happening, tell the user.`;
}
