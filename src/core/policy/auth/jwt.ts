import { parseDuration } from '../../limits/units.ts';
import type { JwtAuth } from '../model/auth.ts';
import type { AuthReader } from './authReader.ts';
import { PREFIX_FORM } from './header.ts';

export const JWT_KEYS = ['alg', 'keyId', 'claims', 'lifetime', 'name', 'prefix'] as const;

/** These are set when a token is signed. */
const OWN_CLAIMS = /^(?:exp|iat|nbf|jti)$/;
const SHORTEST_MS = 10_000;
const LONGEST_MS = 60 * 60_000;

export function readJwt(reader: AuthReader): JwtAuth | undefined {
  const alg = reader.requiredWord('alg', ['RS256', 'ES256', 'EdDSA', 'HS256'], 'alg: ES256');
  const keyId = reader.text('keyId', { pattern: /^[\x21-\x7e]{1,256}$/, says: 'printable ASCII without blanks' });
  const claims = reader.map(
    'claims',
    { pattern: /^.{1,64}$/, says: 'a claim’s name' },
    { pattern: /^.{1,512}$/, says: 'a text of 1 to 512 characters' },
    '{ iss: my-app, aud: api }',
  );
  const own = Object.keys(claims ?? {}).find((name) => OWN_CLAIMS.test(name));
  if (own !== undefined) {
    reader.wrong('claims', `The claim \`${own}\` is set when a token is signed. Remove it; \`lifetime\` sets the end.`);
  }
  const lifetime = reader.text('lifetime', { pattern: /^\d/, says: 'a duration, such as 5m' });
  const lifetimeMs = lifetime === undefined ? undefined : parseDuration(lifetime);
  if (lifetime !== undefined && !(lifetimeMs && lifetimeMs >= SHORTEST_MS && lifetimeMs <= LONGEST_MS)) {
    reader.wrong('lifetime', '`auth.lifetime` must be from 10s to 60m, such as 5m.');
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
