import type { GithubAppAuth } from '../../../../core/policy/auth/githubApp.ts';
import { Secret } from '../../../../core/secret.ts';
import { phrase } from '../../../../core/text/phrase.ts';
import { pemPayload } from '../../../credentials/payload.ts';
import { withAssertion } from './assertion.ts';
import { signJwt } from './jwt.ts';
import { DEFAULT_LIFE_MS, jsonOf, type Mint, MintError, type Minted } from './minting.ts';

/** GitHub takes ten minutes at most, from `iat`. */
const ASSERTION_MS = 8 * 60_000;

/**
 * An installation access token, limited to the policy's repositories and permissions:
 * https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app
 */
export async function mintGithubApp(auth: GithubAppAuth, stored: Secret, mint: Mint): Promise<Minted> {
  const { baseUrl } = mint.service;
  const key = pemPayload(stored, 'RSA');
  const incoming = await withAssertion(
    mint,
    baseUrl.origin,
    (issuedAtMs) => signJwt(key, { alg: 'RS256', claims: { iss: auth.appId }, issuedAtMs, lifeMs: ASSERTION_MS }),
    ASSERTION_MS,
    (assertion) => ({
      url: baseUrl,
      target: `${baseUrl.prefix}/app/installations/${auth.installationId}/access_tokens`,
      headers: [
        ['authorization', `Bearer ${assertion}`],
        ['accept', 'application/vnd.github+json'],
        ['content-type', 'application/json'],
        ['user-agent', 'valet-key'],
      ],
      body: JSON.stringify({
        ...(auth.repositories === undefined ? {} : { repositories: auth.repositories }),
        ...(auth.permissions === undefined ? {} : { permissions: auth.permissions }),
      }),
      consumes: false,
    }),
  );
  const { token, expires_at: end } = (jsonOf(incoming.body) ?? {}) as { token?: unknown; expires_at?: unknown };
  if (typeof token !== 'string' || token === '') {
    throw new MintError('outage', 'malformed', phrase`its answer is not a token response`);
  }
  const byItsClock = typeof end === 'string' ? Date.parse(end) : Number.NaN;
  const behindMs = mint.now(baseUrl.origin) - mint.now();
  return Number.isNaN(byItsClock)
    ? { value: new Secret(token), expiresAt: mint.now() + DEFAULT_LIFE_MS, endless: true }
    : { value: new Secret(token), expiresAt: byItsClock - behindMs };
}
