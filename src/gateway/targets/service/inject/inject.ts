import type { Auth } from '../../../../core/policy/auth/authTypes.ts';
import type { Secret } from '../../../../core/secret.ts';
import { signAwsSigV4 } from './awsSigV4.ts';
import { injectBasic } from './basic.ts';
import { injectBearer } from './bearer.ts';
import { injectHeader } from './header.ts';
import { signHmac } from './hmac.ts';
import type { Injected, Signed, ToSign } from './injected.ts';
import { injectQuery } from './query.ts';

/**
 * Puts the credential, or the token that was minted with it, into the request; or signs the request with it. The only
 * place where a value leaves its {@link Secret} for the wire; the result goes to the transport and nowhere else.
 * `nowMs` is the time by the API's clock.
 */
export async function inject(request: ToSign, auth: Auth, secret: Secret, nowMs: number): Promise<Signed> {
  switch (auth.type) {
    case 'aws-sigv4':
      return signAwsSigV4(request, auth, secret, nowMs);
    case 'hmac':
      return signHmac(request, auth, secret, nowMs);
    default:
      return place(request, auth, onWire(secret));
  }
}

function place(request: ToSign, auth: Exclude<Auth, { type: 'aws-sigv4' | 'hmac' }>, value: string): Injected {
  switch (auth.type) {
    case 'basic':
      return injectBasic(request, auth, value);
    case 'header':
      return injectHeader(request, auth, value);
    case 'query':
      return injectQuery(request, auth, value);
    case 'jwt':
      return auth.name === undefined && auth.prefix === undefined
        ? injectBearer(request, value)
        : injectHeader(request, { ...auth, name: auth.name ?? 'authorization' }, value);
    case 'bearer':
    case 'oauth2':
    case 'github-app':
    case 'google-service-account':
    case 'vscode-session':
      return injectBearer(request, value);
  }
}

/** An assertion as it goes to a token endpoint. */
export function assertionText(assertion: Secret): string {
  return onWire(assertion);
}

function onWire(value: Secret): string {
  return value.expose('wire');
}
