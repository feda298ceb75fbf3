import type { Secret } from './secret.ts';

/**
 * When a value that is a JWT says that it ends (`exp`, RFC 7519 section 4.1.4), in milliseconds since the epoch; undefined
 * for anything else. The signature is the API's to check: a date that is wrong harms nobody but its owner.
 */
export function endOfJwt(value: Secret): number | undefined {
  const [, payload, signature] = /^[\w-]+\.([\w-]+)\.([\w-]+)$/.exec(value.expose('fingerprint')) ?? [];
  if (payload === undefined || signature === undefined) return undefined;
  try {
    const claims = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as { exp?: unknown } | null;
    const end = claims?.exp;
    return typeof end === 'number' && Number.isSafeInteger(Math.floor(end)) ? end * 1000 : undefined;
  } catch {
    return undefined; // three words with dots between them are no JWT
  }
}
