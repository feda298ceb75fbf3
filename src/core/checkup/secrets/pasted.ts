import { findSecrets } from './findSecrets.ts';
import { isRandom } from './plausible.ts';
import { isPublicKey } from './tokenShapes.ts';

/** Shorter, chance cannot be told from a name. */
const SHORTEST = 16;

/** The first line of a private key, which a box of one line may have got alone (RFC 7468). */
const KEY_BEGINS = /-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY-----/;

/** Whether a text holds a credential that tells by its shape what it is: a token, a password in a URL, a private key. */
export function holdsCredential(text: string): boolean {
  return KEY_BEGINS.test(text) || findSecrets(text.trim()).length > 0;
}

/**
 * Whether a text that was typed or pasted where no credential belongs is one all the same: by its shape, or because it is
 * one word that only a generator makes. Made for names, which people think up; an id can be as random as a credential.
 * Takes linear time.
 */
export function looksPasted(text: string): boolean {
  if (holdsCredential(text)) return true;
  const word = text.trim();
  return word.length >= SHORTEST && !/\s/.test(word) && !isAddress(word) && !isPublicKey(word) && isRandom(word);
}

/** The same where a path belongs, in which an id is as random as a credential. A path begins with a slash, and a credential hardly ever. */
export function looksPastedAsPath(text: string): boolean {
  return text.trim().startsWith('/') ? holdsCredential(text) : looksPasted(text);
}

/** An address or a host's name, of which parts may well be random. */
function isAddress(word: string): boolean {
  if (/^[a-z][a-z0-9+.-]{0,30}:\/\//i.test(word)) return true;
  const labels = (word.split(/[:/?#]/, 1)[0] ?? '').split('.');
  return (
    labels.length > 1 &&
    labels.every((label) => /^[a-z0-9-]+$/i.test(label)) &&
    /^[a-z]{2,24}$/i.test(labels.at(-1) ?? '')
  );
}
