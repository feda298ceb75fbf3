import type { CredentialClass } from './names.ts';
import { isPlaceholder } from './placeholders.ts';
import { isPublicKey } from './tokenShapes.ts';

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A path of this machine or an address: what such a name often holds instead of the value itself. */
function isPlace(text: string): boolean {
  return (
    /^(?:~|\.{1,2})?[\\/](?:[\w.@ +-]+[\\/])*[\w.@ +-]+\.\w{1,10}$/.test(text) ||
    /^(?:~|\.{1,2})[\\/]/.test(text) ||
    /^[\w@-][\w.@=+-]*(?:\/[\w.@=+-]+)+\.[a-z][a-z0-9]{1,9}$/i.test(text) ||
    /^\/(?:[a-z][\w.-]*\/)+[\w.-]*$/i.test(text) ||
    /^[a-z]:[\\/]/i.test(text) ||
    /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ||
    /^[\w-]+\.(?:pem|key|json|p12|pfx|crt|cer|txt|env|ya?ml|toml|jks)$/i.test(text)
  );
}

/** Shannon entropy of the characters times their number, in bits. */
function entropyBits(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= count * Math.log2(count / text.length);
  return bits;
}

/** Whether a text looks as if a generator made it, wherever it stands. */
export function looksGenerated(text: string): boolean {
  if (UUID.test(text)) return true;
  if (text.length < 16 || /\s/.test(text)) return false;
  if (/^[0-9a-f]+$/i.test(text)) return /\d/.test(text) && /[a-f]/i.test(text) && entropyBits(text) >= 45;
  return /\d/.test(text) && /[a-z]/i.test(text) && entropyBits(text) >= 50;
}

/** Whether a text is long and random enough to be a credential without any name that says so. */
export function looksGeneratedAlone(text: string): boolean {
  return (
    /^[\w+=-]{32,200}$/.test(text) &&
    /[a-z]/.test(text) &&
    /[A-Z]/.test(text) &&
    (text.match(/\d/g)?.length ?? 0) >= 3 &&
    !/^[0-9a-f-]+$/i.test(text) &&
    entropyBits(text) / text.length >= 4.2 &&
    !isPlaceholder(text)
  );
}

/**
 * Whether a text can only be a key where an option of one letter stands before it, which may as well want a name, a path or an
 * id; `uuid` where a UUID is a key, too.
 */
export function isRandomOption(text: string, uuid: boolean): boolean {
  if (UUID.test(text)) return uuid && !isPlaceholder(text);
  return (
    text.length >= 20 &&
    /^[\w.+/=~-]+$/.test(text) &&
    !isPlace(text) &&
    isRandom(text) &&
    !isPlaceholder(text) &&
    !isPublicKey(text)
  );
}

/**
 * Among random characters, every second or third is of another kind than the one before (a small letter, a capital, a
 * digit); in what people write, `customer-portal-v2` or `MyNewApi2`, few are.
 */
export function isRandom(word: string): boolean {
  const characters = word.replace(/[^A-Za-z0-9]/g, '');
  return characters.length >= 16 && changesIn(characters) * 6 > characters.length;
}

/** The same of fewer characters, which have to change the more; words and years in a path do not. */
export function isShortKey(word: string): boolean {
  const characters = word.replace(/[^A-Za-z0-9]/g, '');
  return (
    characters.length >= 12 &&
    (characters.match(/\d/g)?.length ?? 0) >= 2 &&
    changesIn(characters) * 4 > characters.length
  );
}

function changesIn(characters: string): number {
  let changes = 0;
  for (let at = 1; at < characters.length; at += 1) {
    changes += weightOf(kindOf(characters[at - 1] ?? ''), kindOf(characters[at] ?? ''));
  }
  return changes;
}

type Kind = 'digit' | 'capital' | 'small';

function kindOf(character: string): Kind {
  if (character <= '9') return 'digit';
  return character <= 'Z' ? 'capital' : 'small';
}

/** A capital begins a word, so it tells less than a digit does. */
function weightOf(before: Kind, after: Kind): number {
  if (before === after || (before === 'capital' && after === 'small')) return 0;
  return before === 'small' && after === 'capital' ? 0.5 : 1;
}

/** Small words with short numbers: `orders.created.v1`, `user:1234:profile`, `gpt-4o-2024-08-06`. */
const NAME_OF_THING = /^[a-z]{1,15}\d?(?:[-_./:](?:[a-z]{1,15}\d{0,2}|\d{1,4}[a-z]?))+$/;

/** Whether a text can be the credential that the name before it announces. */
export function isPlausible(text: string, expected: CredentialClass): boolean {
  const trimmed = text.trim();
  if (isPlaceholder(trimmed) || isPublicKey(trimmed) || isPlace(trimmed)) return false;
  if (expected === 'password') return isPassword(trimmed);
  if (expected === 'session') return isSession(trimmed);
  if (trimmed.length < 8 || /^\d+$/.test(trimmed)) return false;
  if (/^[a-z][\w.+-]*@[\w.-]+\.[a-z]{2,}$/i.test(trimmed)) return false;
  if (NAME_OF_THING.test(trimmed)) return false;
  if (looksGenerated(trimmed)) return true;
  if (/\s/.test(trimmed)) return false;
  // A list of names: `PROJ,OPS,WEB2`.
  if (/[,;]/.test(trimmed)) return trimmed.split(/[,;]/).some((item) => isPlausible(item, expected));
  // Words and versions: `read-only`, `gpt-4o`, `us-east-1`.
  if (/^[a-z]+\d?(?:[-_./:][a-z]*\d{0,2})*$/i.test(trimmed) && !/[a-z][A-Z][a-z]*[A-Z]/.test(trimmed)) {
    return /[a-z]{20,}/i.test(trimmed) && entropyBits(trimmed) >= 60;
  }
  return /\d/.test(trimmed) ? entropyBits(trimmed) >= 24 : entropyBits(trimmed) >= 40;
}

/** What a server gave to a browser or a client: long and random, and no mere number of it. */
function isSession(text: string): boolean {
  // Twilio's numbers of accounts and keys: two capitals and hexadecimal.
  // And addresses of wallets and contracts.
  if (UUID.test(text) || /^[A-Z]{2}[0-9a-f]{32}$|^0x[0-9a-f]{40}$/i.test(text)) return false;
  return text.length >= 20 && looksGenerated(text) && (text.length >= 64 || isRandom(text));
}

/** Passwords are made by people, too. */
function isPassword(text: string): boolean {
  if (text.length < 5 || (/^\d+$/.test(text) && text.length < 6)) return false;
  // Google's app passwords, https://support.google.com/accounts/answer/185833
  if (/^(?:[a-z]{4} ){3}[a-z]{4}$/.test(text)) return !isPlaceholder(text.replaceAll(' ', ''));
  // WordPress', https://make.wordpress.org/core/2020/11/05/application-passwords-integration-guide/
  if (/^(?:[A-Za-z0-9]{4,5} ){3,7}[A-Za-z0-9]{4,5}$/.test(text)) {
    const joined = text.replaceAll(' ', '');
    return /\d|[a-z][A-Z]/.test(joined) && !isPlaceholder(joined);
  }
  // Several words are a description more often than a passphrase.
  if (/\s/.test(text)) return !/^[\p{L}\s.,:;!?'()/-]+$/u.test(text) && text.split(/\s+/).length <= 4;
  return /[^a-z]/.test(text) || text.length >= 12;
}
