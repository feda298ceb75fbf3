import type { BaseUrl } from '../../../core/net/baseUrl.ts';
import type { Auth } from '../../../core/policy/auth/authTypes.ts';
import { dividedPath, nameOf } from './writtenQuery.ts';

/** Where a service is, and how its credential goes along. */
export interface ServiceAddress {
  readonly baseUrl: BaseUrl;
  readonly auth: Auth;
}

/** A URL or path reference of an API's as the `path` argument of a call, if it stays within the service. */
export function below(baseUrl: BaseUrl, reference: string, from: string): string | undefined {
  const start = `${baseUrl.origin}${baseUrl.prefix}${dividedPath(from)[0]}`;
  if (!URL.canParse(reference, start)) return undefined;
  const url = new URL(reference, start);
  if (url.origin !== baseUrl.origin && !isPlainTwin(url, baseUrl)) return undefined;
  if (!url.pathname.startsWith(`${baseUrl.prefix}/`)) return undefined;
  return url.pathname.slice(baseUrl.prefix.length) + url.search;
}

/** An API behind a proxy that ends TLS says `http:` of its own addresses; the call itself goes where the policy says. */
function isPlainTwin(url: URL, { origin, protocol, hostname }: BaseUrl): boolean {
  const hasNoPort = url.port === '' && new URL(origin).port === '';
  return hasNoPort && protocol === 'https:' && url.protocol === 'http:' && url.hostname === hostname;
}

/**
 * A link of an API's to another part of a list. Some count from a root of their own, further in than the host's: a link whose
 * path is the end of the one that was asked leads to the same place.
 */
export function samePlace(baseUrl: BaseUrl, reference: string, from: string): string {
  const [path, query] = dividedPath(reference);
  const asked = dividedPath(from)[0];
  const isEnd = /^\/[^/]/.test(path) && `${baseUrl.prefix}${asked}`.endsWith(path);
  return isEnd ? `${baseUrl.prefix}${asked}${query === undefined ? '' : `?${query}`}` : reference;
}

/** RFC 6750 section 2.3: how APIs repeat a credential in their links that came in a header. */
const IN_LINKS = 'access_token';

/** APIs that take the credential in the query repeat it in their links; ours to add again, and not the agent's to see. */
export function withoutCredential(path: string, auth: Auth): string {
  const [before, query] = dividedPath(path);
  if (query === undefined) return path;
  // APIs that fold the case of their parameters may write this one otherwise.
  const own = new Set([IN_LINKS, ...(auth.type === 'query' ? [auth.name.toLowerCase()] : [])]);
  const pairs = query.split('&');
  const kept = pairs.filter((pair) => !own.has(nameOf(pair)?.toLowerCase() ?? ''));
  if (kept.length === pairs.length) return path;
  return kept.some((pair) => pair !== '') ? `${before}?${kept.join('&')}` : before;
}
