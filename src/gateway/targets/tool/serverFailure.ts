import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpError, ErrorCode as McpErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { $ZodError } from 'zod/v4/core';
import { type RefusalError, refusals, type Sent } from '../../call/model/refusals.ts';
import { TransportError } from '../../http/transportError.ts';
import { serverRefusals } from './serverRefusals.ts';

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
  const cause = rootOf(error);
  if (cause instanceof TransportError) {
    if (cause.failure === 'too_large') return serverRefusals.resultTooLarge(server, 0);
    return refusals.unreachable(server, server, cause.detail, sent);
  }
  const status = httpStatus(error);
  if (status === 401) return serverRefusals.credentialRejected(server);
  if (intended !== true) return serverRefusals.notStarted(server, startFailure(error));
  if (error instanceof $ZodError || (error instanceof StreamableHTTPError && status === undefined)) {
    return serverRefusals.unreadable(server, 'is not what MCP allows');
  }
  if (error instanceof RangeError) return serverRefusals.unreadable(server, 'is nested too deeply');
  return status === undefined ? undefined : refusals.unreachable(server, server, `it answered ${status}`, sent);
}

/** Whether the connection to the server ended under a request. A server that lives may answer with this number, too. */
function isConnectionClosed(error: unknown): boolean {
  return error instanceof McpError && error.code === McpErrorCode.ConnectionClosed;
}

function rootOf(error: unknown): unknown {
  let current = error;
  for (let depth = 0; depth < 8 && current instanceof Error && current.cause instanceof Error; depth++)
    current = current.cause;
  return current;
}

/** The HTTP status in an error of the SDK's transport. */
function httpStatus(error: unknown): number | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'number' && code >= 400 && code < 600 ? code : undefined;
}

/** Why a server could not be started, without anything that it said. */
function startFailure(error: unknown): string {
  const cause = rootOf(error);
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT') return 'its program was not found on the PATH';
  if (code === 'EACCES') return 'its program may not be executed';
  if (typeof code === 'string' && /^[A-Z_]+$/.test(code)) return code;
  const status = httpStatus(error);
  if (status !== undefined) return `it answered ${status}`;
  return isConnectionClosed(error) ? 'it ended before it answered' : 'it did not answer as an MCP server does';
}
