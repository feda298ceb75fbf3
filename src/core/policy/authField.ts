import { isReservedHeader, sameHeader } from '../request/headers.ts';
import { isCredentialKey } from './literalCredential.ts';
import type { Auth, Span } from './model.ts';
import { type Entry, type Fields, isEmpty, type Reader } from './reader.ts';

const TYPES = ['bearer', 'basic', 'header', 'query'] as const;

/** What each type takes beside `type`. */
const KEYS: Readonly<Record<Auth['type'], readonly string[]>> = {
  bearer: [],
  basic: ['username'],
  header: ['name', 'prefix'],
  query: ['name'],
};

/** A field name: RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;

/** Whether a text can be the name of a header field (RFC 9110, 5.1: a token). */
export function isHeaderName(text: string): boolean {
  return TOKEN.test(text);
}

/** The header that carries a service's credential, in lower case; undefined when none does. */
export function authHeader(auth: Auth): string | undefined {
  if (auth.type === 'query') return undefined;
  return auth.type === 'header' ? auth.name.toLowerCase() : 'authorization';
}

/** Reads a service's `auth`. Literal credentials in it are handed to `onLiteral`. Undefined when something is wrong. */
export function readAuth(
  reader: Reader,
  entry: Entry,
  onLiteral: (fields: Fields, literal: Entry) => void,
): Auth | undefined {
  const { problems } = reader;
  if (isEmpty(entry.value)) {
    reader.missing(entry.key, '`auth`', 'type', 'type: bearer');
    return undefined;
  }
  const fields = reader.map(entry.value, reader.at(entry), '`auth`', '{ type: bearer }');
  if (fields === undefined) return undefined;

  const literals = fields.entries.filter((field) => isCredentialKey(field.name));
  for (const literal of literals) onLiteral(fields, literal);
  const typeEntry = fields.get('type');
  if (typeEntry === undefined) reader.missing(entry.key, '`auth`', 'type', 'type: bearer');
  const type = typeEntry === undefined ? undefined : reader.word(typeEntry, TYPES, 'unknown-auth-type', '`auth.type`');
  const known = ['type', ...(type === undefined ? ['name', 'prefix', 'username'] : KEYS[type])];
  const others = fields.entries.filter((field) => !literals.includes(field));
  reader.onlyKnown({ ...fields, entries: others }, known, type === undefined ? '`auth`' : `\`auth\` of type ${type}`, {
    user: 'username',
    header: 'name',
    param: 'name',
    parameter: 'name',
    scheme: 'prefix',
  });
  if (type === undefined) return undefined;

  const text = (name: string): { readonly value: string; readonly at: Span } | undefined => {
    const field = fields.get(name);
    const value = field === undefined ? undefined : reader.text(field.value, reader.at(field), `\`auth.${name}\``);
    return field === undefined || value === undefined ? undefined : { value, at: reader.at(field) };
  };
  switch (type) {
    case 'bearer':
      return { type };
    case 'basic': {
      const username = text('username');
      if (username === undefined) return { type };
      // RFC 7617, 2: a colon would end the user name early.
      if (!/^[\u0020-\u007e\u00a0-\uffff]{1,256}$/.test(username.value) || username.value.includes(':')) {
        problems.error(
          'bad-auth-username',
          username.at,
          '`auth.username` must be 1 to 256 characters without a colon.',
        );
        return undefined;
      }
      return { type, username: username.value };
    }
    case 'header': {
      if (fields.get('name') === undefined)
        reader.missing(entry.key, '`auth` of type header', 'name', 'name: X-Api-Key');
      const name = text('name');
      const prefix = text('prefix');
      if (name === undefined) return undefined;
      if (!isHeaderName(name.value)) {
        problems.error('bad-auth-name', name.at, '`auth.name` must be a header name: letters, digits and dashes.');
        return undefined;
      }
      if (!sameHeader(name.value, 'authorization') && isReservedHeader(name.value.toLowerCase())) {
        problems.error(
          'bad-auth-name',
          name.at,
          'This header cannot carry a credential. Use Authorization or a header of the API’s own.',
        );
        return undefined;
      }
      if (prefix === undefined) return { type, name: name.value };
      if (!/^[\x21-\x7e](?:[\x20-\x7e]{0,63})$/.test(prefix.value)) {
        problems.error(
          'bad-auth-prefix',
          prefix.at,
          '`auth.prefix` must be 1 to 64 printable ASCII characters, such as "Token ".',
        );
        return undefined;
      }
      return { type, name: name.value, prefix: prefix.value };
    }
    case 'query': {
      if (fields.get('name') === undefined) reader.missing(entry.key, '`auth` of type query', 'name', 'name: api_key');
      const name = text('name');
      if (name === undefined) return undefined;
      if (!/^[A-Za-z0-9._~$:[\]-]{1,128}$/.test(name.value)) {
        problems.error(
          'bad-auth-name',
          name.at,
          '`auth.name` must be a parameter name: letters, digits, dots, dashes and underscores.',
        );
        return undefined;
      }
      return { type, name: name.value };
    }
  }
}
