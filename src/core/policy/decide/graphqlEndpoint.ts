import { hiddenQuery } from '../../request/parts/hiddenQuery.ts';
import type { CanonicalRequest } from '../../request/parts/requestModel.ts';
import { ENCODED_SLASH, foldPathSegment, segmentReadings } from '../patterns/readings.ts';
import { isGraphqlParameter } from './graphql.ts';

/**
 * Whether this goes to a GraphQL endpoint and may do anything there: a POST, or a GET that holds what may be a document, to
 * a path with a segment `graphql` or `graphql.json` in whatever spelling. Frameworks mount such an endpoint with all that
 * lies below it. `prefix` is the base URL's.
 */
export function isGraphqlCall(
  { method, segments, query }: Pick<CanonicalRequest, 'method' | 'segments' | 'query'>,
  prefix: string,
): boolean {
  if (![...prefix.split('/'), ...segments].some(isGraphql)) return false;
  if (method !== 'GET' && method !== 'HEAD') return method === 'POST';
  return [...query, ...hiddenQuery(segments)].some(mayHoldDocument);
}

function isGraphql(segment: string): boolean {
  return foldPathSegment(segment)
    .split(ENCODED_SLASH)
    .some((part) => {
      // An escaped `?` or `#` may begin a query.
      const [folded = ''] = part.split(/[?#]/, 1);
      return segmentReadings(folded, true).includes('graphql');
    });
}

/** A document has braces; one that is stored with the server has a parameter that names it. */
function mayHoldDocument([name, value]: readonly [string, string]): boolean {
  return isGraphqlParameter(name) || name.includes('{') || value.includes('{');
}
