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

/** APIs that take the credential in the query repeat it in their links; ours to add again, and not the agent's to see. */
export function withoutCredential(path: string, auth: Auth): string {
  if (auth.type !== 'query') return path;
  const [before, query = ''] = dividedPath(path);
  // APIs that fold the case of their parameters may write this one otherwise.
  const own = auth.name.toLowerCase();
  const kept = query.split('&').filter((pair) => nameOf(pair)?.toLowerCase() !== own);
  return kept.some((pair) => pair !== '') ? `${before}?${kept.join('&')}` : before;
}
