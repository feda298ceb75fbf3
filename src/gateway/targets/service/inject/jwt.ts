import { type KeyObject, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { JwtAlgorithm, JwtAuth } from '../../../../core/policy/auth/jwt.ts';
import { Secret } from '../../../../core/secret.ts';
import { jwtKey } from '../../../credentials/payload.ts';
import type { Mint, Minted } from './minting.ts';

const DEFAULT_LIFETIME_MS = 5 * 60_000;

/** A clock that runs behind ours must not find the token issued in the future. */
const BACKDATED_S = 30;

/** Signs the policy's claims (RFC 7519), with `iat`, `exp` and `jti` of our own, by the API's clock. */
export async function mintJwt(auth: JwtAuth, stored: Secret, mint: Mint): Promise<Minted> {
  const lifeMs = auth.lifetimeMs ?? DEFAULT_LIFETIME_MS;
  const value = await signJwt(jwtKey(auth.alg, stored), {
    alg: auth.alg,
    ...(auth.keyId === undefined ? {} : { keyId: auth.keyId }),
    claims: { ...auth.claims, jti: randomUUID() },
    issuedAtMs: mint.now(mint.service.baseUrl.origin),
    lifeMs,
  });
  return { value, expiresAt: mint.now() + lifeMs };
}

/** One signed token. `issuedAtMs` is by the clock of whoever will read it. */
export async function signJwt(
  key: KeyObject | Uint8Array,
  {
    alg,
    keyId,
    claims,
    issuedAtMs,
    lifeMs,
  }: {
    readonly alg: JwtAlgorithm;
    readonly keyId?: string;
    readonly claims: Readonly<Record<string, string>>;
    readonly issuedAtMs: number;
    readonly lifeMs: number;
  },
): Promise<Secret> {
  const now = Math.floor(issuedAtMs / 1000);
  const token = await new SignJWT({ ...claims })
    .setProtectedHeader({ alg, typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) })
    .setIssuedAt(now - BACKDATED_S)
    .setExpirationTime(now + Math.floor(lifeMs / 1000))
    .sign(key);
  return new Secret(token);
}
