import { credentialProblem, fitsHeader } from '../redact/strength.ts';
import { Secret } from '../secret.ts';
import type { Phrase } from '../text/phrase.ts';

/** Why a typed value is no credential that can be used. The texts for people are made where they are shown. */
export type CredentialInputProblem = 'empty' | 'too-short' | 'line-break' | 'control-character' | 'not-ascii';

/** Shorter values would be redacted out of ordinary text, and are guessed too easily (SECURITY.md). */
const SHORTEST_CREDENTIAL = 8;

/** What people paste often carries a line's end or a space around the value; neither is ever part of a key. */
export function cleanCredential(typed: string): Secret {
  return new Secret(typed.trim());
}

/** What is wrong with a text as typed; undefined when {@link cleanCredential} makes a usable credential of it. */
export function typedProblem(typed: string): CredentialInputProblem | undefined {
  const value = typed.trim();
  if (value === '') return 'empty';
  if (/[\r\n]/.test(value)) return 'line-break';
  if (/\p{Cc}/u.test(value)) return 'control-character';
  // A header field's value holds visible ASCII, RFC 9110 section 5.5.
  if (!/^[\x20-\x7e]+$/.test(value)) return 'not-ascii';
  return value.length < SHORTEST_CREDENTIAL ? 'too-short' : undefined;
}

/** Whether a value that was found somewhere can be used as a credential at all. */
export function isUsable(value: Secret): boolean {
  return fitsHeader(value) && credentialProblem(value)?.severity !== 'refuse';
}

/** Why a usable value is a poor credential, in a sentence that does not quote it; undefined when it is not. */
export function weaknessOf(value: Secret): Phrase | undefined {
  return credentialProblem(value)?.message;
}
