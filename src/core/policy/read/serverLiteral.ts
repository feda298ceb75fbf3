import { isScalar } from 'yaml';
import { Secret } from '../../secret.ts';
import type { Span } from '../../text/span.ts';
import { type Entry, spanOf } from '../text/reader.ts';

/** A credential that somebody wrote into `env` or `headers` of a server, for the quick fix that moves it into SecretStorage. */
export interface ServerLiteral {
  /** The server's name as written; not checked. */
  readonly server: string;
  /** Its variable or header. */
  readonly name: string;
  /** Without {@link prefix}; absent when it is no text. */
  readonly value?: Secret;
  /** What stands before the value and is no secret, such as `Bearer `. */
  readonly prefix: string;
  /** The value as it stands in the text, quotes included: what a reference takes the place of. */
  readonly valueSpan: Span;
  /** The whole pair: the span of its problem. */
  readonly pairSpan: Span;
}

/** The scheme of an `Authorization` header, RFC 9110 section 11.4. */
const SCHEME = /^[A-Za-z][A-Za-z0-9-]{0,30} +(?=\S+$)/;

/** Where a literal stands, and what it is. */
export function serverLiteral(server: string, { name, value: node, key, pair }: Entry): ServerLiteral {
  const text = isScalar(node) && typeof node.value === 'string' ? node.value : '';
  const prefix = SCHEME.exec(text)?.[0] ?? '';
  return {
    server,
    name,
    ...(text === '' ? {} : { value: new Secret(text.slice(prefix.length)) }),
    prefix,
    valueSpan: node === null ? { start: key.end, end: key.end } : spanOf(node),
    pairSpan: pair,
  };
}

/** What stands in a literal's place once the value is kept under this name. */
export function referenceText({ prefix }: Pick<ServerLiteral, 'prefix'>, credential: string): string {
  return `{ credential: ${credential}${prefix === '' ? '' : `, prefix: ${JSON.stringify(prefix)}`} }`;
}
