/** Each bundle has it; what runs from the source, as in tests, has none. */
declare const VALETKEY_VERSION: string | undefined;

const NAME = typeof VALETKEY_VERSION === 'string' ? `valet-key/${VALETKEY_VERSION}` : 'valet-key';

/**
 * The headers with ours that says who calls, where neither the policy nor the agent has one: many APIs refuse a request
 * without it, GitHub's among them.
 */
export function withUserAgent(
  headers: readonly (readonly [name: string, value: string])[],
): readonly (readonly [name: string, value: string])[] {
  if (headers.some(([name]) => name.toLowerCase() === 'user-agent')) return headers;
  return [...headers, ['user-agent', NAME]];
}
