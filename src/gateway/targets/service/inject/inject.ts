import type { Auth } from '../../../../core/policy/auth/authTypes.ts';
import type { Secret } from '../../../../core/secret.ts';
import { signAwsSigV4 } from './awsSigV4.ts';
import { injectBasic } from './basic.ts';
import { injectBearer } from './bearer.ts';
import { injectHeader } from './header.ts';
import { signHmac } from './hmac.ts';
import type { Injected, Signed, ToSign } from './injected.ts';
import { injectQuery } from './query.ts';

type Signer<Type extends Auth['type']> = (
  request: ToSign,
  auth: Extract<Auth, { readonly type: Type }>,
  secret: Secret,
  nowMs: number,
) => Promise<Signed> | Signed;

/** The types whose credential stays here, as it signs each request. */
const SIGNERS: { readonly [Type in Auth['type']]?: Signer<Type> } = { 'aws-sigv4': signAwsSigV4, hmac: signHmac };

export function isSigned({ type }: Auth): boolean {
  return Object.hasOwn(SIGNERS, type);
}

/**
 * Puts the credential, or the token that was minted with it, into the request; or signs the request with it. The only
 * place where a value leaves its {@link Secret} for the wire; the result goes to the transport and nowhere else.
 * `nowMs` is the time by the API's clock.
 */
export async function inject<Type extends Auth['type']>(
  request: ToSign,
  auth: Extract<Auth, { readonly type: Type }>,
  secret: Secret,
  nowMs: number,
): Promise<Signed> {
  const sign: Signer<Type> | undefined = SIGNERS[auth.type as Type];
  return sign === undefined ? place(request, auth, onWire(secret)) : sign(request, auth, secret, nowMs);
}

/** What is not placed in a way of its own, minted tokens above all, is a bearer token. */
function place(request: ToSign, auth: Auth, value: string): Injected {
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
    default:
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
