import type { Secret } from '../secret.ts';
import { type Phrase, phrase } from '../text/phrase.ts';
import { SHORT } from './forms.ts';
import { isEveryday } from './parts/everydayWords.ts';
import { secretParts } from './parts/parts.ts';

/** Why a value should not be kept as a credential. `refuse` is final; `warn` is for the user to decide. */
export interface CredentialProblem {
  readonly severity: 'refuse' | 'warn';
  /** What is wrong, why it matters, and what to do. Never quotes the value. */
  readonly message: Phrase;
}

/** Fewer bits than this and a value is likely to occur in ordinary text, or to be guessed. */
const WEAK_BITS = 28;

/** What follows for calls: see CredentialsInCalls. */
const NOT_NOTICED = phrase`Calls of agents that contain it are not stopped.`;

const CONTROL = /\p{Cc}/u;
const INVISIBLE = /[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** What documentation and templates put where a credential belongs. */
const PLACEHOLDERS = [
  /^[<[{(].*[>\]})]$/,
  /^(?:\$|%)?\{.*\}$|^\$[A-Z_]+$|^%[A-Z_]+%$/,
  /\b(?:your|my|the|an?|some|insert|enter|replace|put|paste)[-_ ]?.*(?:key|token|secret|password|credential|here)\b/i,
  /(?:change|replace)[-_ ]?(?:me|this|it)/i,
  /place[-_ ]?holder|example|dummy|sample|redacted|to[-_ ]?be[-_ ]?(?:done|set)|not[-_ ]?set/i,
  /^(?:api|access|auth|secret|bearer|client)[-_ ]?(?:key|token|secret|password)s?$/i,
  /x{6,}|\*{4,}|•{3,}|\.{3,}|…/i,
];

/**
 * What is wrong with a value as a credential; undefined when nothing is. Values under {@link SHORT} characters are
 * refused, because taking them out of answers would shred ordinary text.
 */
export function credentialProblem(value: Secret): CredentialProblem | undefined {
  const text = textOf(value);
  return refusal(text) ?? warning(text);
}

/** Whether a credential, or one of its `parts`, is so weak that people write it, and programs guess it, without having it. */
export function isEasyToGuess(text: string, parts: ReadonlyMap<string, unknown>): boolean {
  return [text, ...parts.keys()].some((part) => part.length < SHORT || isWeak(part));
}

/** Whether a header can carry the value as it is: visible ASCII and spaces, RFC 9110 section 5.5. */
export function fitsHeader(value: Secret): boolean {
  return /^[\x20-\x7e]+$/.test(textOf(value));
}

function textOf(value: Secret): string {
  return value.expose('fingerprint');
}

function refusal(text: string): CredentialProblem | undefined {
  const refuse = (message: Phrase): CredentialProblem => ({ severity: 'refuse', message });
  if (text.trim() === '') {
    return refuse(phrase`The value is empty. Copy the credential from the provider and enter it again.`);
  }
  if (text.trim().length < SHORT) {
    return refuse(
      phrase`The value is shorter than ${SHORT} characters, too short to be distinguished from ordinary text in responses. Create a longer credential with the provider.`,
    );
  }
  if (/^[\r\n]|[\r\n]$/.test(text)) {
    return refuse(
      phrase`The value begins or ends with a line break, which no API accepts. Enter it again without the line break.`,
    );
  }
  if (CONTROL.test(text.replaceAll(/[\r\n]/g, ''))) {
    return refuse(
      phrase`The value contains a control character, which a header cannot carry. Copy the credential again, alone and as plain text.`,
    );
  }
  if (INVISIBLE.test(text)) {
    return refuse(
      phrase`The value contains an invisible character that was probably copied by accident. Enter the credential again as plain text.`,
    );
  }
  return undefined;
}

function warning(text: string): CredentialProblem | undefined {
  const warn = (message: Phrase): CredentialProblem => ({ severity: 'warn', message });
  if (/[\r\n]/.test(text)) {
    return warn(
      phrase`The value has several lines, which a header or a query parameter cannot carry. Check that it is the complete credential and nothing else.`,
    );
  }
  if (text !== text.trim()) {
    return warn(
      phrase`The value begins or ends with a space, which is rarely part of a credential. Check that it was copied exactly.`,
    );
  }
  if (/^(?:bearer|basic|token)\s/i.test(text)) {
    return warn(
      phrase`The value begins with the name of an auth scheme, which Valet Key adds when it sends the credential. Enter the credential alone.`,
    );
  }
  if (PLACEHOLDERS.some((pattern) => pattern.test(text))) {
    return warn(phrase`The value looks like a placeholder from a template. Check that it is the real credential.`);
  }
  if ([...text].some((char) => (char.codePointAt(0) ?? 0) > 0xff)) {
    return warn(
      phrase`The value contains characters outside Latin-1, which a header cannot carry as they are. Check that it was copied exactly.`,
    );
  }
  const parts = secretParts(text);
  if ([...parts.keys()].some((part) => part.length < SHORT)) {
    return warn(
      phrase`The password is shorter than ${SHORT} characters. In responses it is redacted only where it is a separate word, and an everyday word such as "test" is not redacted. ${NOT_NOTICED} Set a longer password with the provider.`,
    );
  }
  if (isEasyToGuess(text, parts)) {
    return warn(
      phrase`The value, or the password in it, is easy to guess and may occur in ordinary text, which would then be redacted too. ${NOT_NOTICED} Create a random credential with the provider if possible.`,
    );
  }
  return undefined;
}

function isWeak(text: string): boolean {
  return isEveryday(text) || entropyBits(text) < WEAK_BITS;
}

/**
 * Shannon entropy of a value's characters times their number, in bits, where a character that continues a run (`aaa`,
 * `123`, `cba`) counts as none.
 */
function entropyBits(text: string): number {
  const codes = [...text.toLowerCase()].map((char) => char.codePointAt(0) ?? 0);
  const steps = codes.map((code, index) => code - (codes[index - 1] ?? Number.NaN));
  const fresh = codes.filter((_, index) => {
    const step = steps[index] ?? Number.NaN;
    return !(Math.abs(step) <= 1 && (step === steps[index - 1] || step === 0));
  });
  const counts = new Map<number, number>();
  for (const code of fresh) {
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  const perCharacter = [...counts.values()].reduce((sum, count) => {
    const share = count / fresh.length;
    return sum - share * Math.log2(share);
  }, 0);
  return perCharacter * fresh.length;
}
