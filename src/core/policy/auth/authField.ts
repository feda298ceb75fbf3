import type { Network } from '../../net/network.ts';
import type { Auth } from '../model/auth.ts';
import { isCredentialKey } from '../text/literalCredential.ts';
import { type Entry, type Fields, isEmpty, type Reader } from '../text/reader.ts';
import { AuthReader } from './authReader.ts';
import { AWS_SIGV4_KEYS, readAwsSigV4 } from './awsSigV4.ts';
import { BASIC_KEYS, readBasic } from './basic.ts';
import { GITHUB_APP_KEYS, readGithubApp } from './githubApp.ts';
import { GOOGLE_SERVICE_ACCOUNT_KEYS, readGoogleServiceAccount } from './googleServiceAccount.ts';
import { HEADER_KEYS, readHeader } from './header.ts';
import { HMAC_KEYS, readHmac } from './hmac.ts';
import { JWT_KEYS, readJwt } from './jwt.ts';
import { OAUTH2_KEYS, readOAuth2 } from './oauth2.ts';
import { QUERY_KEYS, readQuery } from './queryAuth.ts';
import { readVscodeSession, VSCODE_SESSION_KEYS } from './vscodeSession.ts';

interface Type {
  /** What it takes beside `type`. */
  readonly keys: readonly string[];
  readonly read: (reader: AuthReader) => Auth | undefined;
}

const TYPES: Readonly<Record<Auth['type'], Type>> = {
  bearer: { keys: [], read: () => ({ type: 'bearer' }) },
  basic: { keys: BASIC_KEYS, read: readBasic },
  header: { keys: HEADER_KEYS, read: readHeader },
  query: { keys: QUERY_KEYS, read: readQuery },
  oauth2: { keys: OAUTH2_KEYS, read: readOAuth2 },
  'aws-sigv4': { keys: AWS_SIGV4_KEYS, read: readAwsSigV4 },
  'github-app': { keys: GITHUB_APP_KEYS, read: readGithubApp },
  'google-service-account': { keys: GOOGLE_SERVICE_ACCOUNT_KEYS, read: readGoogleServiceAccount },
  jwt: { keys: JWT_KEYS, read: readJwt },
  hmac: { keys: HMAC_KEYS, read: readHmac },
  'vscode-session': { keys: VSCODE_SESSION_KEYS, read: readVscodeSession },
};
const NAMES = Object.keys(TYPES) as Auth['type'][];

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
  const type = typeEntry === undefined ? undefined : reader.word(typeEntry, NAMES, 'unknown-auth-type', '`auth.type`');
  const known = ['type', ...(type === undefined ? Object.values(TYPES).flatMap(({ keys }) => keys) : TYPES[type].keys)];
  const others = fields.entries.filter((field) => !literals.includes(field));
  reader.onlyKnown({ ...fields, entries: others }, known, type === undefined ? '`auth`' : `\`auth\` of type ${type}`, {
    user: 'username',
    header: 'name',
    param: 'name',
    parameter: 'name',
    scheme: 'prefix',
  });
  if (type === undefined) return undefined;
  return TYPES[type].read(new AuthReader(reader, fields, entry.key, type, network));
}

/** The first type that takes all those of the fields that any type takes. */
function likelyType({ entries }: Fields): Auth['type'] {
  const known = new Set(Object.values(TYPES).flatMap(({ keys }) => keys));
  const fields = entries.map(({ name }) => name).filter((name) => known.has(name));
  return NAMES.find((type) => fields.every((name) => TYPES[type].keys.includes(name))) ?? 'bearer';
}
