import type { Incoming } from '../http/message.ts';

const USEFUL: ReadonlySet<string> = new Set([
  'content-type',
  'content-language',
  'content-disposition',
  'link',
  'retry-after',
  'etag',
  'last-modified',
  'date',
  'content-range',
  'accept-ranges',
  'allow',
  'accept-patch',
  'accept-post',
  'deprecation',
  'sunset',
  'preference-applied',
  'idempotent-replayed',
  'cf-ray',
  'server',
  'x-accepted-github-permissions',
  'x-pagination',
  'x-has-more',
  'x-shopify-shop-api-call-limit',
  'x-amz-version-id',
  'x-amz-delete-marker',
  'x-goog-generation',
  'x-goog-metageneration',
  'x-ms-continuation',
  'x-ms-continuationtoken',
  'x-ms-request-charge',
  'upload-offset',
  'upload-length',
  'upload-expires',
  'x-goog-upload-status',
  'x-goog-upload-size-received',
]);

const USEFUL_PATTERN =
  /^((x-)?rate-?limit(-.+)?|.*-rate-?limit-.*|(.+-)?request-id|(.+-)?correlation-id|(.+-)?trace-id|.+-version|x-(wp-)?total(-?(count|pages|items))?|x-(next-|prev-)?page|x-page-count|x-per-page|x-(next-)?cursor|x-oauth-scopes|x-accepted-oauth-scopes|x-(amz|goog|ms)-meta-.+|(etag|digest|content-md5|x-amz-checksum-.+|x-goog-hash))$/;

/** What these hold is where something is: what was created, what works on it, where more of it goes. */
const LOCATIONS: ReadonlySet<string> = new Set([
  'location',
  'content-location',
  'operation-location',
  'azure-asyncoperation',
  'x-goog-upload-url',
  'x-goog-upload-control-url',
]);

type Header = readonly [name: string, value: string];

/**
 * The headers of an answer that tell an agent something, several of one name as one; credentials are still in them.
 * `inside` makes of a location what a call's `path` can be, if it is within the service. A redirect's own is told of
 * elsewhere.
 */
export function usefulHeaders(
  { status, headers }: Pick<Incoming, 'status' | 'headers'>,
  method: string,
  inside: (location: string) => string | undefined,
): readonly Header[] {
  const kept = new Map<string, string>();
  for (const [name, value] of headers) {
    const isLocation = LOCATIONS.has(name) && !(name === 'location' && status >= 300 && status < 400);
    // Of an answer with a body it is the length in the encoding of the way.
    const isLength = name === 'content-length' && method === 'HEAD';
    if (!isLocation && !isLength && !USEFUL.has(name) && !USEFUL_PATTERN.test(name)) continue;
    const shown = isLocation ? (inside(value) ?? value) : value;
    const before = kept.get(name);
    kept.set(name, before === undefined ? shown : `${before}, ${shown}`);
  }
  return [...kept];
}

/** As an answer has them. `redacted` are those of {@link usefulHeaders}. */
export function shownHeaders(redacted: unknown): Record<string, string> {
  return Object.fromEntries(
    (redacted as readonly Header[]).map(([name, value]) => [shortened(name), shortened(value)]),
  );
}

const MAX_HEADER_CHARS = 4096;

/** After redaction: a cut could leave half of a credential. */
export function shortened(value: string): string {
  return value.length > MAX_HEADER_CHARS ? `${value.slice(0, MAX_HEADER_CHARS)}…` : value;
}
