import type { Incoming } from '../http/message.ts';
import { waitSeconds } from './rateLimit.ts';

/** So much of a body says why it was refused. */
const LOOKED_AT = 4000;
const MAX_SCOPE_CHARS = 200;

/** What APIs write in a 403 that a little patience mends. */
const LIMIT_WORDS =
  /rate.?limit|request.?limit|too many requests|(quota|daily ?limit|usage ?limit).?exceeded|throttl|abuse detection/i;
/** What AWS says of it in a 400 or a 503: whole codes, since a 400 may speak of an argument that is called so. */
const THROTTLED =
  /\b(Throttling(Exception)?|ThrottledException|ProvisionedThroughputExceededException|RequestLimitExceeded|RequestThrottled(Exception)?|TooManyRequestsException|SlowDown)\b/;
/** How bodies name a missing scope: RFC 6750's word (GitLab), Google's and Slack's. */
const SCOPE_WORDS = /insufficient_scope|SCOPE_INSUFFICIENT|insufficientPermissions|missing_scope/;
const AGENT_WORDS = /user.?agent/i;
/** Slack, which refuses with a 200. */
const NOT_OK = /^\s*\{\s*"ok"\s*:\s*false\s*,\s*"error"\s*:\s*"(\w+)"/;
const NOT_TAKEN = /^(invalid_auth|not_authed|token_revoked|token_expired|account_inactive)$/;

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
    case 200: {
      const error = NOT_OK.exec(said)?.[1];
      if (error === 'ratelimited') return limited(waitSeconds(headers, nowMs));
      if (error !== undefined && NOT_TAKEN.test(error)) return REJECTED;
      return error === undefined ? undefined : missingScope(headers, said);
    }
    case 401:
      return missingScope(headers, said) ?? REJECTED;
    case 400:
      if (THROTTLED.test(`${headerOf(headers, 'x-amzn-errortype')} ${said}`))
        return limited(waitSeconds(headers, nowMs));
      return AGENT_WORDS.test(said) ? WANTS_AGENT : undefined;
    case 406:
    case 418:
      return AGENT_WORDS.test(said) ? WANTS_AGENT : undefined;
    case 403: {
      const wait = waitSeconds(headers, nowMs);
      if (wait !== undefined || LIMIT_WORDS.test(said)) return limited(wait);
      if (AGENT_WORDS.test(said)) return WANTS_AGENT;
      if (headerOf(headers, 'cf-mitigated') === 'challenge') return CHALLENGED;
      if (headerOf(headers, 'x-github-sso')?.startsWith('required')) return WANTS_SSO;
      return (
        missingScope(headers, said) ??
        `The API accepts the credential but does not let it do this. The credential may lack a scope${scopesOf(headers)}; another call will not help.`
      );
    }
    case 429:
      return limited(waitSeconds(headers, nowMs));
    case 503: {
      if (THROTTLED.test(said)) return limited(waitSeconds(headers, nowMs));
      const wait = waitSeconds(headers, nowMs);
      return wait === undefined ? undefined : `The API is not available right now. Wait ${wait} s before another call.`;
    }
    default:
      return undefined;
  }
}

const WANTS_AGENT =
  'The API does not accept the User-Agent of this call. Send one in headers that names your application and a contact: {"User-Agent": "example-app/1.0 (me@example.com)"}. The credential is not the reason.';

const CHALLENGED =
  'A bot check of Cloudflare stands in front of this API, which only a browser passes. The credential is not the reason. Tell the user, who can ask the provider for an address that programs may call.';
const WANTS_SSO =
  'The organization wants single sign-on. Tell the user, who can authorize the token for that organization at GitHub ("Configure SSO" beside the token); another call will not help.';

function limited(wait: number | undefined): string {
  const how = wait === undefined ? 'Wait a minute' : `Wait ${wait} s`;
  return `The rate limit of the API is used up. ${how}, then call again, and send fewer calls. The credential is not the reason.`;
}

/** RFC 6750 section 3.1, and the same in bodies. */
function missingScope(headers: Incoming['headers'], said: string): string | undefined {
  const challenge = headerOf(headers, 'www-authenticate');
  const isSaid = challenge !== undefined && /\binsufficient_scope\b/i.test(challenge);
  if (!isSaid && !SCOPE_WORDS.test(said)) return undefined;
  const scope = isSaid ? /\bscope="([^"]*)"/i.exec(challenge) : /"(?:scope|needed)"\s*:\s*"([^"\\]*)"/.exec(said);
  const which = scope?.[1] === undefined || scope[1] === '' ? '' : `: the API wants ${shown(scope[1])}`;
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
