import type { Incoming } from '../http/message.ts';
import { waitSeconds } from './rateLimit.ts';

/** So much of a body says why it was refused. */
const LOOKED_AT = 4000;
const MAX_SCOPE_CHARS = 200;

/** What APIs write in a 403 that a little patience mends. */
const LIMIT_WORDS =
  /rate.?limit|too many requests|(quota|daily ?limit|usage ?limit).?exceeded|throttl|abuse detection/i;
const AGENT_WORDS = /user.?agent/i;

const REJECTED =
  'The API rejected the credential. Tell the user: it may have expired, or the provider may have revoked it ("Valet Key: Rotate Credential").';

/**
 * Why an API refused what it was asked, as far as it says, and what helps; undefined for an answer that was not refused.
 * A hint may hold what stands in headers: credentials are still to be taken out.
 */
export function statusHint(
  { status, headers }: Pick<Incoming, 'status' | 'headers'>,
  text: string,
): string | undefined {
  const said = text.slice(0, LOOKED_AT);
  // By the API's own clock, where it says what time it is.
  const nowMs = Date.parse(headerOf(headers, 'date') ?? '') || Date.now();
  switch (status) {
    case 401:
      return missingScope(headers) ?? REJECTED;
    case 400:
    case 406:
    case 418:
      return AGENT_WORDS.test(said) ? WANTS_AGENT : undefined;
    case 403: {
      const wait = waitSeconds(headers, nowMs);
      if (wait !== undefined || LIMIT_WORDS.test(said)) return limited(wait);
      if (AGENT_WORDS.test(said)) return WANTS_AGENT;
      return (
        missingScope(headers) ??
        `The API accepts the credential but does not let it do this. The credential may lack a scope${scopesOf(headers)}; another call will not help.`
      );
    }
    case 429:
      return limited(waitSeconds(headers, nowMs));
    case 503: {
      const wait = waitSeconds(headers, nowMs);
      return wait === undefined ? undefined : `The API is not available right now. Wait ${wait} s before another call.`;
    }
    default:
      return undefined;
  }
}

const WANTS_AGENT =
  'The API does not accept the User-Agent of this call. Send one in headers that names your application and a contact: {"User-Agent": "example-app/1.0 (me@example.com)"}. The credential is not the reason.';

function limited(wait: number | undefined): string {
  const how = wait === undefined ? 'Wait a minute' : `Wait ${wait} s`;
  return `The rate limit of the API is used up. ${how}, then call again, and send fewer calls. The credential is not the reason.`;
}

/** RFC 6750 section 3.1. */
function missingScope(headers: Incoming['headers']): string | undefined {
  const challenge = headerOf(headers, 'www-authenticate');
  if (challenge === undefined || !/\binsufficient_scope\b/i.test(challenge)) return undefined;
  const scope = /\bscope="([^"]*)"/i.exec(challenge)?.[1];
  const which = scope === undefined || scope === '' ? '' : `: the API wants ${shown(scope)}`;
  return `The credential lacks a scope${which}. Tell the user, who can grant it at the provider; another call will not help.`;
}

/** GitHub says which scopes it would have taken, and which ones the credential has. */
function scopesOf(headers: Incoming['headers']): string {
  const wanted =
    headerOf(headers, 'x-accepted-oauth-scopes') || headerOf(headers, 'x-accepted-github-permissions') || undefined;
  if (wanted === undefined) return '';
  const has = headerOf(headers, 'x-oauth-scopes');
  return ` (the API accepts ${shown(wanted)}${has === undefined ? '' : `, and the credential has ${shown(has)}`})`;
}

function shown(scopes: string): string {
  return scopes.trim() === '' ? 'none' : `“${scopes.trim().slice(0, MAX_SCOPE_CHARS)}”`;
}

function headerOf(headers: Incoming['headers'], name: string): string | undefined {
  return headers.find(([other]) => other === name)?.[1];
}
