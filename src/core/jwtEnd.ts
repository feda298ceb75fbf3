import { fromBase64 } from './base64.ts';
import type { Secret } from './secret.ts';

/** The last moment that a date can name (ECMA-262, Time Values and Time Range). Whoever says more says nothing. */
const LATEST_DATE_MS = 8.64e15;

/**
 * When a value that is a JWT says that it ends (`exp`, RFC 7519 section 4.1.4), in milliseconds since the epoch; undefined
 * for anything else. The signature is the API's to check: a date that is wrong harms nobody but its owner.
 */
export function endOfJwt(value: Secret): number | undefined {
  const [, payload, signature] = /^[\w-]+\.([\w-]+)\.([\w-]+)$/.exec(value.expose('fingerprint')) ?? [];
  if (payload === undefined || signature === undefined) return undefined;
  try {
    const claims = JSON.parse(fromBase64(payload)) as { exp?: unknown } | null;
    const end = claims?.exp;
    return typeof end === 'number' && Math.abs(end * 1000) <= LATEST_DATE_MS ? end * 1000 : undefined;
  } catch {
    return undefined; // three words with dots between them are no JWT
  }
}
