import type { Injected } from './inject.ts';

/** A header of the policy's choosing, with an optional prefix: `X-Api-Key: <value>`, `Authorization: token <value>`. */
export function injectHeader(
  request: Injected,
  auth: { readonly name: string; readonly prefix?: string },
  value: string,
): Injected {
  const prefix = auth.prefix === undefined ? '' : auth.prefix.endsWith(' ') ? auth.prefix : `${auth.prefix} `;
  return { target: request.target, headers: [...request.headers, [auth.name.toLowerCase(), `${prefix}${value}`]] };
}
