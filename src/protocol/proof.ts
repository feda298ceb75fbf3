import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';

/**
 * The mutual proof at the start of a connection. Three lines, and nothing else is said before they are through:
 *
 *     proxy   → { protocol, nonce }
 *     gateway → { nonce, proof }     proof = HMAC-SHA256(key, "gateway" ‖ proxy's nonce ‖ gateway's nonce)
 *     proxy   → { proof }            proof = HMAC-SHA256(key, "proxy"   ‖ proxy's nonce ‖ gateway's nonce)
 *
 * The role in the text keeps one side's proof from serving as the other's.
 */
const nonce = z.string().regex(/^[0-9a-f]{64}$/);
const proof = z.string().regex(/^[0-9a-f]{64}$/);

export const openingSchema = z.strictObject({ protocol: z.number().int(), nonce });
export const challengeSchema = z.strictObject({ nonce, proof });
export const closingSchema = z.strictObject({ proof });

export function freshNonce(): string {
  return randomBytes(32).toString('hex');
}

export interface Nonces {
  readonly proxy: string;
  readonly gateway: string;
}

export function prove(key: string, role: 'gateway' | 'proxy', nonces: Nonces): string {
  return createHmac('sha256', Buffer.from(key, 'hex'))
    .update(`valet-key ${role}\n${nonces.proxy}\n${nonces.gateway}`)
    .digest('hex');
}

/** Compares in constant time. */
export function provesKey(key: string, role: 'gateway' | 'proxy', nonces: Nonces, given: string): boolean {
  return timingSafeEqual(Buffer.from(prove(key, role, nonces), 'hex'), Buffer.from(given, 'hex'));
}
