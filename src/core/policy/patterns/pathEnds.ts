import type { Pattern } from './pattern.ts';
import { PATH_ENDS } from './readings.ts';

/** One character of a canonical segment: a UTF-8 sequence in escapes, or one that stands for itself. */
const CHARACTER = /%(?:[0-7].|[CD].%..|E.%..%..|F.%..%..%..)|[^%]/g;

/**
 * What some servers take for the whole of a path that holds one of {@link PATH_ENDS}: the canonical path before each of
 * them. None for most paths. What an allow rule says of the whole path says nothing of these.
 */
export function pathsBefore(segments: readonly string[]): readonly (readonly string[])[] {
  if (!segments.some((segment) => /[%;]/.test(segment))) return [];
  return PATH_ENDS.flatMap((mark) => {
    for (const [index, segment] of segments.entries()) {
      const before = textBefore(segment, mark);
      if (before !== undefined) return [[...segments.slice(0, index), before]];
    }
    return [];
  });
}

/** Whether a pattern has such a sign in it, so that its author means a path that goes on behind it. */
export function namesPathEnd({ canonical }: Pattern): boolean {
  return pathsBefore(canonical.slice(1).split('/')).length > 0;
}

function textBefore(segment: string, mark: string): string | undefined {
  for (const { 0: character, index } of segment.matchAll(CHARACTER)) {
    if (decodeURIComponent(character).normalize('NFKC').includes(mark)) return segment.slice(0, index);
  }
  return undefined;
}
