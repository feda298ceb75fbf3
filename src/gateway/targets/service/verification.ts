import type { VerifyingRequest } from '../../../core/services/verifyingRequest.ts';
import { phrase } from '../../../core/text/phrase.ts';
import type { Answer } from '../../../protocol/messages.ts';
import type { CredentialCondition, Verification } from '../../control/controlPort.ts';
import type { Incoming } from '../../http/message.ts';

/**
 * What an answer says about the credential that was sent: 2xx is ready, 401 rejected, 403 ready with limited scope,
 * anything else says nothing. `answer` is the redacted one.
 */
export function readVerification(
  answer: Answer,
  headers: Incoming['headers'],
  { proof, vague403, expiry }: Pick<VerifyingRequest, 'proof' | 'vague403' | 'expiry'>,
): Verification {
  const { status, json } = answer;
  if (status === 401) return { outcome: 'rejected', status };
  if (status === 403 && !vague403) return { outcome: 'limited', status };
  if (status < 200 || status >= 300) {
    return {
      outcome: 'unverified',
      status,
      why: phrase`The API answered ${status}, which does not show whether the credential works.`,
    };
  }
  if (proof !== undefined && at(json, proof) !== true) return { outcome: 'rejected', status };
  const expiresAt = timeOf(
    expiry && ('header' in expiry ? headers.find(([name]) => name === expiry.header)?.[1] : at(json, expiry.pointer)),
  );
  return { outcome: 'ready', status, ...(expiresAt === undefined ? {} : { expiresAt }) };
}

/** What a verification leaves behind. Limited scope is no fault of the credential. */
export function conditionOf({ outcome }: Verification): CredentialCondition | undefined {
  return outcome === 'rejected' || outcome === 'unverified' ? outcome : undefined;
}

/** What stands at a JSON Pointer (RFC 6901); undefined when nothing does. */
function at(value: unknown, pointer: string): unknown {
  const names = pointer.split('/').slice(1);
  return names.reduce<unknown>((inside, name) => {
    const key = name.replaceAll('~1', '/').replaceAll('~0', '~');
    return typeof inside === 'object' && inside !== null && Object.hasOwn(inside, key)
      ? (inside as Record<string, unknown>)[key]
      : undefined;
  }, value);
}

/**
 * A date as providers write it, in milliseconds since the epoch: ISO 8601, with or without a time, or GitHub's
 * `2026-01-31 12:00:00 UTC`.
 */
function timeOf(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  const iso = text.trim().replace(/^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (?:UTC|\+0000)$/, '$1T$2Z');
  const time = /^\d{4}-\d\d-\d\d(?:T.*)?$/.test(iso) ? Date.parse(iso) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
