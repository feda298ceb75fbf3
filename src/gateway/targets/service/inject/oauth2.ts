import * as oauth from 'oauth4webapi';
import { endpointTarget } from '../../../../core/policy/auth/endpoint.ts';
import type { OAuth2Auth } from '../../../../core/policy/auth/oauth2.ts';
import { Secret } from '../../../../core/secret.ts';
import { phrase } from '../../../../core/text/phrase.ts';
import { clientSecretOf, type OAuth2Payload, oauth2Payload, plainPayload } from '../../../credentials/payload.ts';
import {
  checkTokenAnswer,
  DEFAULT_LIFE_MS,
  fitsRequest,
  jsonOf,
  lifeSeconds,
  MAX_TOKEN_CHARS,
  type Mint,
  MintError,
  type Minted,
} from './minting.ts';

/** What came back from the browser, to be exchanged for tokens (RFC 6749 section 4.1.3, RFC 7636 section 4.5). */
export interface AuthorizationCode {
  readonly code: Secret;
  readonly verifier: Secret;
  readonly redirectUri: string;
}

/** The token that the credential itself holds, if it lives: another window may have fetched it. */
export function heldToken(auth: OAuth2Auth, stored: Secret): Minted | undefined {
  const { accessToken, accessTokenExpiresAt } = oauth2Payload(auth, stored);
  return accessToken === undefined || accessTokenExpiresAt === undefined
    ? undefined
    : { value: new Secret(accessToken), expiresAt: accessTokenExpiresAt };
}

/** Whether renewing changes what is stored, so that one gateway at a time may do it. */
export function rotates(auth: OAuth2Auth): boolean {
  return auth.grant !== 'client_credentials';
}

/** Fetches an access token: with the client secret, or with the refresh token (RFC 6749 sections 4.4 and 6). */
export async function mintOAuth2(auth: OAuth2Auth, stored: Secret, mint: Mint): Promise<Minted> {
  const payload = oauth2Payload(auth, stored);
  const { server, client, options } = request(auth, mint, rotates(auth));
  const wished = parameters(auth);
  if (auth.grant === 'client_credentials') {
    return exchange(mint, auth, payload, async () => {
      const response = await oauth.clientCredentialsGrantRequest(
        server,
        client,
        clientAuth(auth, payload),
        wished,
        options,
      );
      return oauth.processClientCredentialsResponse(server, client, response);
    });
  }
  const { refreshToken } = payload;
  if (refreshToken === undefined) throw new MintError('refused', 'no_refresh_token', phrase`the provider gave none`);
  return exchange(mint, auth, payload, async () => {
    const response = await oauth.refreshTokenGrantRequest(server, client, clientAuth(auth, payload), refreshToken, {
      ...options,
      additionalParameters: wished,
    });
    return oauth.processRefreshTokenResponse(server, client, response);
  });
}

/** Exchanges what the browser brought for tokens; `stored` holds the client secret, or is empty for a public client;
 * nothing else of an earlier sign-in is used. */
export async function redeemCode(
  auth: OAuth2Auth,
  stored: Secret,
  { code, verifier, redirectUri }: AuthorizationCode,
  mint: Mint,
): Promise<Minted> {
  const clientSecret = clientSecretOf(stored);
  const payload: OAuth2Payload = clientSecret === undefined ? {} : { clientSecret };
  const { server, client, options } = request(auth, mint, true);
  const opened = plainPayload(code);
  const proof = plainPayload(verifier);
  return exchange(mint, auth, payload, async () => {
    // The host compared `state` already; the library wants to have seen the parameters itself.
    const callback = oauth.validateAuthResponse(
      server,
      client,
      new URLSearchParams({ code: opened }),
      oauth.skipStateCheck,
    );
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      clientAuth(auth, payload),
      callback,
      redirectUri,
      proof,
      options,
    );
    return oauth.processAuthorizationCodeResponse(server, client, response);
  });
}

function clientAuth({ clientAuth: how }: OAuth2Auth, { clientSecret }: OAuth2Payload): oauth.ClientAuth {
  if (clientSecret === undefined) return oauth.None();
  return how === 'post' ? oauth.ClientSecretPost(clientSecret) : oauth.ClientSecretBasic(clientSecret);
}

function parameters({ scopes, audience }: OAuth2Auth): Record<string, string> {
  return {
    ...(scopes === undefined ? {} : { scope: scopes.join(' ') }),
    ...(audience === undefined ? {} : { audience }),
  };
}

/** The library makes the request and reads the answer; the gateway's own transport carries it. */
function request(
  { tokenUrl, clientId }: OAuth2Auth,
  mint: Mint,
  consumes: boolean,
): { server: oauth.AuthorizationServer; client: oauth.Client; options: oauth.TokenEndpointRequestOptions } {
  const target = endpointTarget(tokenUrl);
  return {
    server: { issuer: tokenUrl.origin, token_endpoint: `${tokenUrl.origin}${target}` },
    client: { client_id: clientId },
    options: {
      // http: was judged with the policy: on loopback alone.
      [oauth.allowInsecureRequests]: true,
      [oauth.customFetch]: async (_url, { headers, body }) => {
        const incoming = await mint.send({
          url: tokenUrl,
          target,
          headers: [...Object.entries(headers)].map(([name, value]) => [name.toLowerCase(), value] as const),
          body: String(body),
          consumes,
        });
        checkTokenAnswer(incoming);
        return Response.json(tokensIn(jsonOf(incoming.body)), { status: 200 });
      },
    },
  };
}

/**
 * The part of a token answer that counts, in the form that the library takes. The answer alone knows the next refresh token:
 * an empty or odd field beside it (providers write `null`, leave the type out or have one of their own) must not lose that.
 */
function tokensIn(answer: unknown): Record<string, unknown> {
  const fields = typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {};
  const { access_token, refresh_token, refresh_token_expires_in, refresh_expires_in } = fields;
  const life = lifeSeconds(fields.expires_in);
  return {
    access_token,
    // How the token is sent is the policy's to say.
    token_type: 'bearer',
    ...(life === undefined ? {} : { expires_in: life }),
    ...(isRefreshToken(refresh_token) ? { refresh_token } : {}),
    refresh_token_expires_in: lifeSeconds(refresh_token_expires_in ?? refresh_expires_in) ?? 0,
  };
}

/** One that is longer than any token is not stored: it would be looked for in every answer. */
function isRefreshToken(token: unknown): token is string {
  return typeof token === 'string' && token !== '' && token.length <= MAX_TOKEN_CHARS;
}

async function exchange(
  mint: Mint,
  auth: OAuth2Auth,
  payload: OAuth2Payload,
  ask: () => Promise<oauth.TokenEndpointResponse>,
): Promise<Minted> {
  const answer = await ask().catch((error: unknown) => {
    // What the library finds wrong with an answer of 200; everything else is thrown by our own transport.
    if (error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError) {
      throw new MintError('outage', 'malformed', phrase`its answer is not a token response`);
    }
    throw error;
  });
  const lifeMs = answer.expires_in === undefined ? DEFAULT_LIFE_MS : answer.expires_in * 1000;
  const minted: Minted = {
    value: new Secret(answer.access_token),
    expiresAt: mint.now() + lifeMs,
    ...(answer.expires_in === undefined ? { endless: true } : {}),
  };
  if (!rotates(auth)) return minted;
  const refreshToken = answer.refresh_token ?? payload.refreshToken;
  const kept: OAuth2Payload = {
    ...(payload.clientSecret === undefined ? {} : { clientSecret: payload.clientSecret }),
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(fitsRequest(minted.value) ? { accessToken: answer.access_token, accessTokenExpiresAt: minted.expiresAt } : {}),
  };
  const refreshLife = Number(answer.refresh_token_expires_in);
  return {
    ...minted,
    keep: {
      value: new Secret(JSON.stringify(kept)),
      ...(refreshLife > 0 ? { expiresAt: mint.now() + refreshLife * 1000 } : {}),
    },
  };
}
