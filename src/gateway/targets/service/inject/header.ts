import type { Injected } from './injected.ts';

/**
 * A header of the policy's choosing, with an optional prefix: `X-Api-Key: <value>`, `Authorization: token <value>`. A
 * prefix that ends in `=` is followed by the value at once (PagerDuty's `Token token=<value>`), any other by a space.
 */
export function injectHeader(
  request: Injected,
  auth: { readonly name: string; readonly prefix?: string },
  value: string,
): Injected {
  const prefix = auth.prefix === undefined ? '' : /[ =]$/.test(auth.prefix) ? auth.prefix : `${auth.prefix} `;
  return { target: request.target, headers: [...request.headers, [auth.name.toLowerCase(), `${prefix}${value}`]] };
}
