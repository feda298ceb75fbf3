import type { Injected } from './injected.ts';

/**
 * `Authorization: Basic base64(user:password)`, RFC 7617, in UTF-8. With a `username` in the policy the credential is
 * the password; without one it is the whole `user:password`, or (no colon in it, as with Stripe) the user name alone.
 */
export function injectBasic(request: Injected, auth: { readonly username?: string }, value: string): Injected {
  const pair = auth.username !== undefined ? `${auth.username}:${value}` : value.includes(':') ? value : `${value}:`;
  const encoded = Buffer.from(pair, 'utf8').toString('base64');
  return { target: request.target, headers: [...request.headers, ['authorization', `Basic ${encoded}`]] };
}
