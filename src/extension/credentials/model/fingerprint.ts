import { createHmac } from 'node:crypto';
import type { Secret } from '../../../core/secret.ts';

/**
 * A text that two equal credentials share and that says nothing else about them: HMAC-SHA-256 in hex under a key
 * (64 hex digits) that only SecretStorage has. A plain hash would let anyone who reads `globalState` try out guesses.
 */
export function fingerprintOf(key: string, value: Secret): string {
  return createHmac('sha256', Buffer.from(key, 'hex')).update(value.expose('fingerprint'), 'utf8').digest('hex');
}
