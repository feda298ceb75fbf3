import type { Network } from '../../net/network.ts';
import { phrase } from '../../text/phrase.ts';
import { isCredentialKey } from '../text/literalCredential.ts';
import { type Entry, type Fields, isEmpty, type Reader } from '../text/reader.ts';
import { AuthReader } from './authReader.ts';
import { AUTH_TYPE_NAMES, AUTH_TYPES, type Auth } from './authTypes.ts';

/**
 * Reads a service's `auth`. Literal credentials in it are handed to `onLiteral`. `network` is the service's, for the
 * endpoints that a credential goes to. Undefined when something is wrong.
 */
export function readAuth(
  reader: Reader,
  entry: Entry,
  network: Network | undefined,
  onLiteral: (fields: Fields, literal: Entry) => void,
): Auth | undefined {
  if (isEmpty(entry.value)) {
    reader.missing(entry.key, '`auth`', 'type', 'type: bearer');
    return undefined;
  }
  const fields = reader.map(entry.value, reader.at(entry), '`auth`', '{ type: bearer }');
  if (fields === undefined) return undefined;

  const literals = fields.entries.filter(({ name }) => isCredentialKey(name));
  for (const literal of literals) onLiteral(fields, literal);
  const typeEntry = fields.get('type');
  if (typeEntry === undefined) reader.missing(entry.key, '`auth`', 'type', `type: ${likelyType(fields)}`);
  const type =
    typeEntry === undefined ? undefined : reader.word(typeEntry, AUTH_TYPE_NAMES, 'unknown-auth-type', '`auth.type`');
  const known = ['type', ...(type === undefined ? AUTH_TYPE_NAMES.flatMap(keysOf) : keysOf(type))];
  const others = fields.entries.filter((field) => !literals.includes(field));
  reader.onlyKnown(
    { ...fields, entries: others },
    known,
    type === undefined ? '`auth`' : phrase`\`auth\` of type ${type}`,
    {
      user: 'username',
      header: 'name',
      param: 'name',
      parameter: 'name',
      scheme: 'prefix',
    },
  );
  if (type === undefined) return undefined;
  return AUTH_TYPES[type].read(new AuthReader(reader, fields, entry.key, type, network));
}

/** The first type that takes all those of the fields that any type takes. */
function likelyType({ entries }: Fields): Auth['type'] {
  const known = new Set(AUTH_TYPE_NAMES.flatMap(keysOf));
  const fields = entries.map(({ name }) => name).filter((name) => known.has(name));
  return AUTH_TYPE_NAMES.find((type) => fields.every((name) => keysOf(type).includes(name))) ?? 'bearer';
}

function keysOf(type: Auth['type']): readonly string[] {
  return AUTH_TYPES[type].keys.map(({ name }) => name);
}
