import { decodeJwt } from 'jose';
import { endpointTarget } from '../../../../core/policy/auth/endpoint.ts';
import type { GoogleServiceAccountAuth } from '../../../../core/policy/auth/googleServiceAccount.ts';
import { Secret } from '../../../../core/secret.ts';
import { phrase } from '../../../../core/text/phrase.ts';
import { googlePayload } from '../../../credentials/payload.ts';
import { withAssertion } from './assertion.ts';
import { signJwt } from './jwt.ts';
import { DEFAULT_LIFE_MS, jsonOf, lifeSeconds, type Mint, MintError, type Minted } from './minting.ts';

/** Google takes an hour at most. */
const ASSERTION_MS = 10 * 60_000;

/**
 * An access token for scopes, or an ID token for an audience:
 * https://developers.google.com/identity/protocols/oauth2/service-account#httprest (RFC 7523). The token endpoint is the
 * policy's, never the key file's own `token_uri`.
 */
export async function mintGoogleServiceAccount(
  auth: GoogleServiceAccountAuth,
  stored: Secret,
  mint: Mint,
): Promise<Minted> {
  const { tokenUrl } = auth;
  const { email, key, keyId } = googlePayload(stored);
  const claims = {
    iss: email,
    aud: tokenUrl.text,
    ...(auth.subject === undefined ? {} : { sub: auth.subject }),
    ...(auth.scopes === undefined ? {} : { scope: auth.scopes.join(' ') }),
    ...(auth.audience === undefined ? {} : { sub: email, target_audience: auth.audience }),
  };
  const incoming = await withAssertion(
    mint,
    tokenUrl.origin,
    (issuedAtMs) =>
      signJwt(key, {
        alg: 'RS256',
        ...(keyId === undefined ? {} : { keyId }),
        claims,
        issuedAtMs,
        lifeMs: ASSERTION_MS,
      }),
    ASSERTION_MS,
    (assertion) => ({
      url: tokenUrl,
      target: endpointTarget(tokenUrl),
      headers: [
        ['content-type', 'application/x-www-form-urlencoded'],
        ['accept', 'application/json'],
      ],
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion,
      }).toString(),
      consumes: false,
    }),
  );
  const answer = (jsonOf(incoming.body) ?? {}) as Record<string, unknown>;
  const token = auth.audience === undefined ? answer.access_token : answer.id_token;
  if (typeof token !== 'string' || token === '') {
    throw new MintError('outage', 'malformed', phrase`its answer is not a token response`);
  }
  const life = lifeOf(token, answer.expires_in, mint.now(tokenUrl.origin));
  return {
    value: new Secret(token),
    expiresAt: mint.now() + (life ?? DEFAULT_LIFE_MS),
    ...(life === undefined ? { endless: true } : {}),
  };
}

/** Undefined where neither the answer nor the token says anything of its end. */
function lifeOf(token: string, expiresIn: unknown, nowByItsClock: number): number | undefined {
  const seconds = lifeSeconds(expiresIn);
  if (seconds !== undefined && seconds > 0) return seconds * 1000;
  try {
    const { exp } = decodeJwt(token);
    return exp === undefined ? undefined : exp * 1000 - nowByItsClock;
  } catch {
    return undefined; // an opaque token
  }
}
