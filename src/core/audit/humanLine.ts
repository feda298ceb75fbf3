import type { AuditEvent } from './auditEvent.ts';
import { escapeUnits, escapeUnshowable } from './escape.ts';
import { HELD_BACK } from './heldBack.ts';

/** Why a call was refused, in the words of the human line. */
const REFUSED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    invalid_request: 'invalid request',
    unknown_service: 'unknown service',
    policy_denied: 'policy violation',
    policy_not_approved: 'policy not approved',
    approval_denied: 'approval denied',
    frozen: 'frozen',
    revoked: 'revoked',
    missing_credential: 'no credential',
    credential_expired: 'credential expired',
    origin_not_confirmed: 'origin not confirmed',
    rate_limited: 'rate limit',
    request_too_large: 'request too large',
    address_refused: 'address refused',
    audit_unavailable: 'audit unavailable',
  }),
);

/** Why a call that was allowed came to nothing. */
const FAILED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    credential_rejected: 'credential rejected',
    response_too_large: 'answer too large',
    upstream_unreachable: 'upstream unreachable',
    upstream_timeout: 'upstream timeout',
    upstream_tls: 'upstream TLS',
    cancelled: 'cancelled',
    gateway_unavailable: 'gateway unavailable',
    internal: 'internal error',
  }),
);

/** What could end or hide a field. The pipe and the backslash go too, so that no field holds a separator or an escape. */
const AMBIGUOUS = /[|\\]/g;

/** Blanks that are not a space look like one, and like a separator beside a pipe look-alike. */
const ODD_BLANK = /[^\S ]/g;

/**
 * One line for the user, its fields set apart by ` | `: time (UTC, to the second), agent, service, request, result, and
 * detail. The result is the HTTP status, or `ok` or `error` of a
 * upstream MCP server's tool (the detail then is the duration), `BLOCKED`, `FAILED`, `WAITING`, `SENDING` for an
 * intent, or for control and `pruned` events what was done. Nothing in a field can pass for a separator, end the line or
 * reorder it: such characters, pipes and backslashes are written as `\uXXXX`.
 */
export function humanLine(event: AuditEvent & { readonly time: string }): string {
  const time = `${event.time.slice(0, 19)}Z`;
  const who = event.kind === 'control' || event.kind === 'pruned' ? 'control' : `agent:${event.agent.name}`;
  return [time, who, ...fieldsOf(event)].map(clean).join(' | ');
}

function fieldsOf(event: AuditEvent): readonly string[] {
  if (event.kind === 'control') {
    const credential = event.credential === undefined ? [] : [credentialText(event.credential)];
    return [event.service ?? event.subject ?? 'all services', event.verdict ?? event.code ?? 'control', ...credential];
  }
  if (event.kind === 'pruned') {
    const upTo = event.removed === undefined ? '' : ` up to ${event.removed.seq} of ${event.removed.gatewayId}`;
    return ['audit trail', 'prune', `removed records${upTo}`];
  }
  return [
    event.service ?? '',
    [event.method, event.path].filter(Boolean).join(' ') || (event.subject ?? ''),
    ...resultOf(event),
  ];
}

function resultOf(event: AuditEvent): readonly [result: string, detail: string] {
  const { kind, code, status } = event;
  const failed = code === undefined ? undefined : FAILED.get(code);
  const refused = code === undefined ? undefined : REFUSED.get(code);
  if (kind === 'intent') {
    return ['SENDING', event.verdict ?? ''];
  }
  // A failure beside a status: the API answered, and the answer could not be handed on.
  const result = status === undefined ? event.result : String(status);
  if (result !== undefined && failed === undefined) {
    return [result, event.durationMs === undefined ? '' : `${Math.round(event.durationMs)}ms`];
  }
  if (code === 'approval_pending') {
    return ['WAITING', 'approval'];
  }
  if (kind === 'denied' || refused !== undefined) {
    const why = event.subject?.endsWith(HELD_BACK)
      ? HELD_BACK
      : (refused ?? failed ?? code?.replaceAll('_', ' ') ?? 'policy violation');
    // Nothing was sent with one: it stood in what the agent wrote.
    return ['BLOCKED', event.credential === undefined ? why : `${why}, credential in the call`];
  }
  return code === undefined ? ['DONE', event.verdict ?? ''] : ['FAILED', failed ?? code.replaceAll('_', ' ')];
}

/** A credential as the user may see it: its name and last four characters. */
function credentialText(credential: { readonly name: string; readonly last4: string }): string {
  return credential.last4 === '' ? credential.name : `${credential.name} ••••${credential.last4}`;
}

function clean(field: string): string {
  const text = escapeUnshowable(field.replaceAll(AMBIGUOUS, escapeUnits).replaceAll(ODD_BLANK, escapeUnits)).trim();
  return text === '' ? '-' : text;
}
