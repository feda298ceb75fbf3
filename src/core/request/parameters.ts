/** What query parameters and form fields have in common: how their names are compared and how both are written. */

/** Parameters that make a server treat the request as another method (Rack, Laravel, Symfony, WordPress, Google …). */
const METHOD_OVERRIDES: ReadonlySet<string> = new Set([
  '_method',
  '_http_method',
  '_httpmethod',
  '_method_override',
  'method_override',
  '_http_method_override',
  'http_method_override',
  'x_http_method',
  'x_http_method_override',
  'x_method_override',
]);

/** More rounds of decoding than any chain of servers does. */
const DECODING_ROUNDS = 4;

/**
 * A name or a value in the one encoding that goes out: UTF-8, everything but the unreserved characters of RFC 3986
 * escaped in upper case. A space is `%20` and a plus `%2B`, which form decoders and URI decoders read alike.
 * The text must be well-formed.
 */
export function encodeParameter(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `name=value`, or the bare name of a raw query's flag. */
export function encodePair(name: string, value: string | undefined): string {
  return value === undefined ? encodeParameter(name) : `${encodeParameter(name)}=${encodeParameter(value)}`;
}

/** Whether two parameter names may be one to some server, see {@link parameterRoot}. */
export function sameParameter(one: string, other: string): boolean {
  return parameterRoot(one) === parameterRoot(other);
}

/** Whether a parameter or field changes the method that a server sees. */
export function overridesMethod(name: string): boolean {
  return METHOD_OVERRIDES.has(parameterRoot(name));
}

/** Whether a number is written as it was meant: JSON parsers have already rounded an integer beyond 2^53. */
export function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

/**
 * A name as the most lenient server reads it: percent-decoded until nothing is left, NFKC, lower case, without
 * invisible characters, cut at a bracket (`name[]`, `name[x]`), with dots, spaces and dashes as underscores (PHP).
 */
export function parameterRoot(name: string): string {
  let text = name;
  for (let round = 0; round < DECODING_ROUNDS; round += 1) {
    text = text.replace(/%(?:25)+/g, '%').replace(/(?:%[0-9A-Fa-f]{2})+/g, decoded);
  }
  text = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
    .trim()
    // HTML's escape of the separator, which some servers undo.
    .replace(/^(?:amp;)+/, '')
    .replace(/^\[/, '_');
  const bracket = text.indexOf('[');
  return (bracket > 0 ? text.slice(0, bracket) : text).trim().replace(/[.\s-]/g, '_');
}

function decoded(escapes: string): string {
  try {
    return decodeURIComponent(escapes);
  } catch {
    return escapes;
  }
}
