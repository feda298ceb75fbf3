import type { Injected } from './injected.ts';

/** A query parameter of the policy's choosing, after the caller's own. The canonicaliser refuses the caller's use of it. */
export function injectQuery(request: Injected, auth: { readonly name: string }, value: string): Injected {
  const parameter = `${encodeURIComponent(auth.name)}=${encodeURIComponent(value)}`;
  const separator = request.target.includes('?') ? '&' : '?';
  return { target: `${request.target}${separator}${parameter}`, headers: request.headers };
}
