import { createHash, randomBytes } from 'node:crypto';
import { endpointTarget } from '../../../core/policy/auth/endpoint.ts';
import type { OAuth2Auth } from '../../../core/policy/auth/oauth2.ts';
import { Secret } from '../../../core/secret.ts';

/** How long the user has for the provider's pages: five minutes. */
export const SIGN_IN_WITHIN_MS = 5 * 60_000;

/** How a sign-in ended. */
export type SignInEnd =
  | { readonly kind: 'code'; readonly code: Secret }
  /** The provider's own short word, such as `access_denied` (RFC 6749 section 4.1.2.1). */
  | { readonly kind: 'denied'; readonly error: string }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'timeout' }
  /** Another sign-in was begun. */
  | { readonly kind: 'superseded' };

/** A sign-in that was begun. */
export interface SignIn {
  /** Where the browser is sent. Nothing in it is a credential. */
  readonly url: string;
  /** PKCE's `code_verifier` (RFC 7636): only who has it can redeem the code. */
  readonly verifier: Secret;
  readonly ended: Promise<SignInEnd>;
  cancel(): void;
}

export interface SignInPorts {
  /** Calls back once after `ms`; disposing cancels it. */
  readonly after: (ms: number, callback: () => void) => { dispose(): unknown };
}

interface Pending {
  readonly state: string;
  end(how: SignInEnd): void;
}

/**
 * Signs the user in at a provider through the browser: authorization code with PKCE. One at a time; what comes back is
 * taken once, and only with the `state` that went out, so that nobody can have a code of their own redeemed here.
 */
export class SignIns {
  readonly #ports: SignInPorts;
  #pending: Pending | undefined;

  constructor(ports: SignInPorts) {
    this.#ports = ports;
  }

  begin(auth: OAuth2Auth, redirectUri: string): SignIn {
    this.#pending?.end({ kind: 'superseded' });
    const state = randomBytes(32).toString('base64url');
    const verifier = randomBytes(32).toString('base64url');
    let cancel = (): void => undefined;
    const ended = new Promise<SignInEnd>((resolve) => {
      const pending: Pending = {
        state,
        end: (how) => {
          timer.dispose();
          if (this.#pending === pending) this.#pending = undefined;
          resolve(how);
        },
      };
      const timer = this.#ports.after(SIGN_IN_WITHIN_MS, () => pending.end({ kind: 'timeout' }));
      cancel = () => pending.end({ kind: 'cancelled' });
      this.#pending = pending;
    });
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    return {
      url: authorizationUrl(auth, redirectUri, state, challenge),
      verifier: new Secret(verifier),
      ended,
      cancel,
    };
  }

  /** Takes what the provider sent the browser back with: a query. False for an answer that nobody waits for. */
  receive(query: string): boolean {
    const answer = new URLSearchParams(query);
    const pending = this.#pending;
    if (!pending || answer.get('state') !== pending.state) return false;
    const code = answer.get('code');
    const error = answer.get('error') ?? '';
    if (code) pending.end({ kind: 'code', code: new Secret(code) });
    else pending.end({ kind: 'denied', error: /^[a-z_]{1,40}$/.test(error) ? error : 'no_code' });
    return true;
  }
}

function authorizationUrl(auth: OAuth2Auth, redirectUri: string, state: string, challenge: string): string {
  const { authorizationUrl: url, clientId, scopes = [], audience } = auth;
  if (!url) throw new Error('only an authorization code needs a sign-in');
  const google = url.hostname === 'accounts.google.com';
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    state,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    ...(audience === undefined ? {} : { audience }),
    // OpenID Connect Core section 11: a refresh token is given only to who was asked.
    ...(google || scopes.includes('offline_access') ? { prompt: 'consent' } : {}),
    // https://developers.google.com/identity/protocols/oauth2/web-server#offline
    ...(google ? { access_type: 'offline' } : {}),
  });
  return `${url.origin}${endpointTarget(url)}?${query}`;
}
