import { withoutCase } from '../../text/withoutCase.ts';

/** What query parameters and form fields have in common: how their names are compared and how both are written. */

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

/** Whether two parameter names may be one to some server, see {@link parameterRoots}. */
export function sameParameter(one: string, other: string): boolean {
  if (one === other) return true;
  const roots = parameterRoots(other);
  return parameterRoots(one).some((root) => roots.includes(root));
}

/** Whether a number is written as it was meant: JSON parsers have already rounded an integer beyond 2^53. */
export function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

/**
 * What servers may take for the name of a parameter. As the most lenient one reads it: percent-decoded until nothing is left,
 * NFKC, lower case, without invisible characters, cut at a bracket (`name[]`, `name[x]`), with dots, spaces and dashes as
 * underscores (PHP). Besides, Rack before 3 passes over brackets at both ends (`[name]`, `]name`), as `qs` does over the one
 * before; and where dots lead into objects, one at either end (`.name`, `name.`, `.[name]`) leads nowhere.
 */
export function parameterRoots(name: string): readonly string[] {
  // Most names are plain.
  if (/^[a-z0-9_]*$/.test(name)) return [name];
  const text = foldedName(name);
  const php = text.startsWith('[') ? `_${text.slice(1)}` : text;
  const bracket = php.indexOf('[');
  const root = underscored(bracket > 0 ? php.slice(0, bracket) : php);
  const parts = nameParts(text);
  const inner = underscored(withoutAmpersand((parts[0] ?? '').trim()));
  const undotted = underscored(withoutAmpersand(parts.map(withoutOuterDots).find((part) => part !== '') ?? ''));
  return [...new Set([root, inner, undotted])];
}

/** The names in a folded name with dots, none of them empty: `.a..b` is `['a', 'b']`. */
export function dottedSteps(foldedName: string): readonly string[] {
  return foldedName.split('.').filter((step) => step !== '');
}

function withoutOuterDots(name: string): string {
  const from = name.search(/[^.\s]/);
  let end = name.length;
  while (end > from && /[.\s]/.test(name[end - 1] ?? '')) end -= 1;
  return from < 0 ? '' : name.slice(from, end);
}

/** The texts between a name's brackets, those before and behind them too, none of them empty. */
export function nameParts(foldedName: string): readonly string[] {
  return foldedName.split(/[[\]]/).filter((part) => part !== '');
}

/** A name percent-decoded until nothing is left, NFKC, without case, invisible characters and what a NUL cuts off. */
export function foldedName(name: string): string {
  let text = name;
  for (let round = 0; round < DECODING_ROUNDS && /%[0-9A-Fa-f]{2}/.test(text); round += 1) {
    text = text.replace(/%(?:25)+/g, '%').replace(/(?:%[0-9A-Fa-f]{2})+/g, decoded);
  }
  const visible = withoutCase((text.split('\0', 1)[0] ?? '').normalize('NFKC')).replace(
    /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu,
    '',
  );
  return withoutAmpersand(visible.trim());
}

/** Without HTML's escape of the separator, which some servers undo. */
export function withoutAmpersand(name: string): string {
  return name.replace(/^(?:amp;)+/, '');
}

/** As PHP writes a name. */
export function underscored(name: string): string {
  return name.trim().replace(/[.\s-]/g, '_');
}

function decoded(escapes: string): string {
  try {
    return decodeURIComponent(escapes);
  } catch {
    return escapes;
  }
}
