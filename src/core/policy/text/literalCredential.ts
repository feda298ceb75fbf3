import { isScalar } from 'yaml';
import { Secret } from '../../secret.ts';
import { phrase } from '../../text/phrase.ts';
import type { Span } from '../../text/span.ts';
import { type Entry, type Fields, type Reader, spanOf } from './reader.ts';

/** A credential that somebody wrote into the file, for the quick fix that moves it into SecretStorage. */
export interface LiteralCredential {
  /** The service's name as written; not checked. */
  readonly service: string;
  /** The key it stands behind, such as `token`. */
  readonly key: string;
  /** The decoded value; absent when it is empty or not a single value. */
  readonly value?: Secret;
  /** The value as it stands in the text, quotes included. */
  readonly valueSpan: Span;
  /** The whole pair: the span of its problem. */
  readonly pairSpan: Span;
  /** What to delete so that the pair is gone and the rest is still valid: its comma, or its whole lines. */
  readonly removal: Span;
}

/** Keys that hold a credential: `key`, `token`, `apiKey`, `client_secret` and their like. */
export function isCredentialKey(name: string): boolean {
  const letters = name.toLowerCase().replace(/[^a-z]/g, '');
  if (/(?:key|token|secret|password|passwd|passphrase|credential)s?$/.test(letters)) return true;
  return letters === 'pass' || letters === 'pwd' || letters === 'value' || letters === 'bearer';
}

/** Reports one entry as a literal credential, without its value, and tells where it stands. */
export function reportLiteral(
  reader: Reader,
  text: string,
  fields: Fields,
  entry: Entry,
  service: string,
): LiteralCredential {
  reader.problems.error(
    'literal-credential',
    entry.pair,
    phrase`A policy file never holds a credential. Remove this \`${entry.name}\` and keep the value with *Valet Key: Add Service* or *Enter Credential*; if it was shared or committed, rotate it.`,
  );
  const node = entry.value;
  const valueSpan = node === null ? { start: entry.key.end, end: entry.key.end } : spanOf(node);
  const value =
    isScalar(node) && node.value !== null ? decoded(node.value, text.slice(valueSpan.start, valueSpan.end)) : '';
  return {
    service,
    key: entry.name,
    ...(value === '' ? {} : { value: new Secret(value) }),
    valueSpan,
    pairSpan: entry.pair,
    removal: fields.flow ? removalInBraces(fields, entry) : removalOfLines(text, entry.pair),
  };
}

/** A value that YAML reads as a number or the like is taken as it is written. */
function decoded(value: unknown, source: string): string {
  return typeof value === 'string' ? value : source;
}

function removalInBraces(fields: Fields, entry: Entry): Span {
  const index = fields.entries.indexOf(entry);
  const before = fields.entries[index - 1];
  if (before !== undefined) return { start: before.pair.end, end: entry.pair.end };
  const after = fields.entries[index + 1];
  return { start: entry.pair.start, end: after?.key.start ?? entry.pair.end };
}

/** Whole lines, with a comment behind the value (it may hold the value too), when nothing stands before the key. */
function removalOfLines(text: string, pair: Span): Span {
  const lineStart = text.lastIndexOf('\n', pair.start - 1) + 1;
  if (text.slice(lineStart, pair.start).trim() !== '') return pair;
  // The value of a block scalar ends behind its last line break.
  const last = Math.max(pair.start, text[pair.end - 1] === '\n' ? pair.end - 1 : pair.end);
  const lineEnd = text.indexOf('\n', last);
  return { start: lineStart, end: lineEnd === -1 ? text.length : lineEnd + 1 };
}
