import { parseDuration } from '../../limits/units.ts';
import { phrase } from '../../text/phrase.ts';
import type { AuthReader } from './authReader.ts';
import type { AuthType } from './authType.ts';
import { NAME_KEY, PREFIX_FORM, PREFIX_KEY } from './header.ts';

/** A JWT that is signed here, sent as a bearer token or in a header of the API's own. */
export interface JwtAuth {
  readonly type: 'jwt';
  readonly alg: JwtAlgorithm;
  readonly keyId?: string;
  readonly claims?: Readonly<Record<string, string>>;
  /** How long each token lives, in milliseconds; five minutes when left out. */
  readonly lifetimeMs?: number;
  readonly name?: string;
  readonly prefix?: string;
}

const ALGORITHMS = ['ES256', 'RS256', 'EdDSA', 'HS256'] as const;
export type JwtAlgorithm = (typeof ALGORITHMS)[number];

/** These are set when a token is signed. */
const OWN_CLAIMS = /^(?:exp|iat|nbf|jti)$/;
const SHORTEST_MS = 10_000;
const MAX_MS = 60 * 60_000;

export const JWT: AuthType<JwtAuth> = {
  keys: [
    { name: 'alg', takes: 'word', words: phrase`The algorithm that signs the token.`, values: ALGORITHMS },
    { name: 'keyId', takes: 'text', words: phrase`The key ID (kid) in the token’s header.` },
    { name: 'claims', takes: 'map', words: phrase`Claims of each token; iat, exp and jti are set automatically.` },
    { name: 'lifetime', takes: 'text', words: phrase`The lifetime of each token, from 10s to 60m.`, values: ['5m'] },
    NAME_KEY,
    PREFIX_KEY,
  ],
  read,
  placement: ({ alg, name = 'authorization', prefix = '' }) => `jwt:${alg}:${name.toLowerCase()}:${prefix}`,
  headers: ({ name = 'authorization' }) => [name.toLowerCase()],
};

function read(reader: AuthReader): JwtAuth | undefined {
  const alg = reader.requiredWord('alg', ALGORITHMS, 'alg: ES256');
  const keyId = reader.text('keyId', { pattern: /^[\x21-\x7e]{1,256}$/, says: phrase`printable ASCII without spaces` });
  const claims = reader.map(
    'claims',
    { pattern: /^.{1,64}$/, says: phrase`a claim’s name` },
    { pattern: /^.{1,512}$/, says: phrase`a string of 1 to 512 characters` },
    '{ iss: my-app, aud: api }',
  );
  const own = Object.keys(claims ?? {}).find((name) => OWN_CLAIMS.test(name));
  if (own !== undefined) {
    reader.wrong(
      'claims',
      phrase`The claim \`${own}\` is set when a token is signed. Remove it; \`lifetime\` sets the expiry.`,
    );
  }
  const lifetime = reader.text('lifetime', { pattern: /^\d/, says: phrase`a duration, such as 5m` });
  const lifetimeMs = lifetime === undefined ? undefined : parseDuration(lifetime);
  if (lifetime !== undefined && !(lifetimeMs && lifetimeMs >= SHORTEST_MS && lifetimeMs <= MAX_MS)) {
    reader.wrong('lifetime', phrase`\`auth.lifetime\` must be from 10s to 60m, such as 5m.`);
  }
  const name = reader.header('name');
  const prefix = reader.text('prefix', PREFIX_FORM, 'bad-auth-prefix');
  if (!reader.sound) return undefined;
  return {
    type: 'jwt',
    alg,
    ...(keyId === undefined ? {} : { keyId }),
    ...(claims === undefined ? {} : { claims }),
    ...(lifetimeMs === undefined ? {} : { lifetimeMs }),
    ...(name === undefined ? {} : { name }),
    ...(prefix === undefined ? {} : { prefix }),
  };
}
