/** What some servers take for the beginning of a query: an escaped `?` that was decoded too early, and a semicolon. */
const BEGINS = /[?;]/;
const SEPARATES = /[&;?]/;

/**
 * The parameters that stand in a path, decoded: nginx makes a query of what follows `%3F` where it passes on `$uri` or a
 * captured path, Fastify with `useSemicolonDelimiter` of what follows `;`. `segments` are a canonical path's, so that
 * they decode, and hold nothing that is escaped twice.
 */
export function hiddenQuery(segments: readonly string[]): readonly (readonly [name: string, value: string])[] {
  const path = segments.join('/');
  // Most paths have neither.
  if (!/[%;]/.test(path)) return [];
  const text = decodeURIComponent(path.replaceAll('+', ' ')).normalize('NFKC');
  const start = text.search(BEGINS);
  if (start === -1) return [];
  return text
    .slice(start + 1)
    .split(SEPARATES)
    .filter((piece) => piece !== '')
    .map((piece) => {
      const equals = piece.indexOf('=');
      return equals === -1 ? [piece, ''] : [piece.slice(0, equals), piece.slice(equals + 1)];
    });
}
