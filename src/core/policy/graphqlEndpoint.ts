import type { CanonicalRequest } from '../request/model.ts';
import { foldSegments, strippedSegments } from './fold.ts';

/**
 * Whether this is a POST to a path that ends in `/graphql`, in whatever spelling: one that may do anything. `prefix` is
 * the base URL's.
 */
export function isGraphqlPost(
  { method, segments }: Pick<CanonicalRequest, 'method' | 'segments'>,
  prefix: string,
): boolean {
  if (method !== 'POST') return false;
  const folded = foldSegments([...prefix.split('/'), ...segments]);
  return folded.at(-1) === 'graphql' || strippedSegments(folded)?.at(-1) === 'graphql';
}
