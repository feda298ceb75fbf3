import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { LATEST_PROTOCOL_VERSION, McpError, ErrorCode as McpErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { $ZodError } from 'zod/v4/core';
import { inEnglish, type Phrase, phrase } from '../../../core/text/phrase.ts';
import { type RefusalError, refusals, type Sent } from '../../call/model/refusals.ts';
import { explain, TransportError } from '../../http/transportError.ts';
import { HttpRefusedError } from './httpRefusal.ts';
import { NewerProtocolError } from './newerProtocol.ts';
import { serverRefusals } from './serverRefusals.ts';

/** Why a server was given up, in words of our own. */
export class ServerStartError extends Error {
  readonly why: Phrase;

  constructor(why: Phrase) {
    super(inEnglish(why));
    this.why = why;
  }
}

/**
 * What to say of a server that failed, without anything that it said itself. `intended` says whether the call was about to
 * go out: before that, the server was only being started or connected to. Undefined for what is no failure of the server.
 */
export function serverFailure(
  error: unknown,
  server: string,
  sent: Sent,
  intended: boolean | undefined,
): RefusalError | undefined {
  if (error instanceof HttpRefusedError) return httpFailure(error, server, intended === true ? sent : 'no');
  if (error instanceof NewerProtocolError) return serverRefusals.newerProtocol(server, error.version);
  const cause = transportErrorIn(error) ?? explain(error, sent);
  // A program that cannot be started has an error with a code, too.
  if (cause instanceof TransportError && !isOfProcess(error)) {
    if (cause.failure === 'too_large') return serverRefusals.resultTooLarge(server, 0);
    if (cause.failure === 'tls') return refusals.tls(server, server, cause.detail);
    return refusals.unreachable(server, server, cause.detail, cause.sent === 'no' ? 'no' : sent);
  }
  if (intended !== true) return serverRefusals.notStarted(server, ...startFailure(error));
  if (error instanceof $ZodError || error instanceof SyntaxError || error instanceof StreamableHTTPError) {
    return serverRefusals.unreadable(server, false);
  }
  return error instanceof RangeError ? serverRefusals.unreadable(server, true) : undefined;
}

function httpFailure(error: HttpRefusedError, server: string, sent: Sent): RefusalError {
  const { refusal, status } = error;
  switch (refusal.kind) {
    case 'session_over':
      return serverRefusals.sessionOver(server, refusal.certain);
    case 'unauthorized':
      return refusal.authenticated ? serverRefusals.credentialRejected(server) : serverRefusals.signInNeeded(server);
    case 'forbidden':
      return serverRefusals.forbidden(server, refusal.authenticated);
    case 'redirect':
      return serverRefusals.redirected(server, refusal.to);
    case 'busy':
      return serverRefusals.busy(server, refusal.retryAfterMs);
    case 'older_transport':
      return serverRefusals.olderTransport(server);
    case 'status':
      return error.mayHaveActed && sent !== 'no'
        ? refusals.unreachable(server, server, phrase`it answered ${status}`, sent)
        : serverRefusals.notTaken(server, status);
  }
}

/** The SDK's error for a request under which the connection ended, by all that tells it from an answer. */
const CLOSED = new McpError(McpErrorCode.ConnectionClosed, 'Connection closed').message;

/** Whether the connection to the server ended under a request. A server that lives may answer with this number, too. */
function isConnectionClosed(error: unknown): boolean {
  return error instanceof McpError && error.message === CLOSED;
}

/** Whether an error is what the server answered, and its message the server's words. */
export function isServersOwnError(error: unknown): error is McpError {
  return error instanceof McpError && !isConnectionClosed(error);
}

/** An error of `spawn`, of which Node says so. */
function isOfProcess(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && String(error.syscall).startsWith('spawn');
}

/** What the SDK wraps stays the cause. */
function transportErrorIn(error: unknown): TransportError | undefined {
  let current = error;
  for (let depth = 0; depth < 8 && current instanceof Error; depth++) {
    if (current instanceof TransportError) return current;
    current = current.cause;
  }
  return undefined;
}

function rootOf(error: unknown): unknown {
  let current = error;
  for (let depth = 0; depth < 8 && current instanceof Error && current.cause instanceof Error; depth++)
    current = current.cause;
  return current;
}

const IN_THE_LOG = phrase`Nothing was done. Tell the user, who finds what it said in the log of Valet Key.`;

/** Why a server could not be started, without anything that it said; and what the user can do, where that is known. */
function startFailure(error: unknown): [why: Phrase, nextStep?: Phrase] {
  if (error instanceof ServerStartError) return [error.why];
  const cause = rootOf(error);
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT') {
    return [
      phrase`its program was not found on the PATH`,
      phrase`Nothing was done, and another call will not help. Tell the user, who can install it, or write its whole path as "command" in the policy.`,
    ];
  }
  if (code === 'EACCES') {
    return [
      phrase`its program may not be executed`,
      phrase`Nothing was done, and another call will not help. Tell the user, who can write the path of a program as "command" in the policy.`,
    ];
  }
  if (typeof code === 'string' && /^[A-Z_]+$/.test(code)) return [phrase`${code}`];
  if (isConnectionClosed(error)) return [phrase`it ended before it answered`, IN_THE_LOG];
  if (error instanceof McpError && error.code === McpErrorCode.MethodNotFound) {
    return [phrase`it does not know initialize, or tools/list, as servers of MCP ${LATEST_PROTOCOL_VERSION} do`];
  }
  if (isServersOwnError(error)) return [phrase`it answered with an error, which is in the log`, IN_THE_LOG];
  return [phrase`it did not answer as an MCP server does`];
}
