import { hostsIn, isSomebodysHost } from '../model/hosts.ts';
import type { FoundSecret } from './foundSecret.ts';
import { kindOfName } from './names.ts';
import { percentDecoded } from './percentDecoded.ts';
import { isAskedFor, isCommon } from './placeholders.ts';

/** Words of passwords that no documentation writes, so that they count without a host, too. */
const PERSONAL = /welcome|willkommen|letmein|qwert[yz]|asdf/i;

/** People name themselves so in examples. */
const EXAMPLE_USER = /^(?:db|my)?_?user(?:_?name)?$|^your|^<|^me$/i;

const USER_INFO = /:\/\/([^\s/:@"'<>]{0,100}):([^\s/@"'<>]{4,100})@/g;
const PAIR = /(?<![A-Za-z])(?:password|passwd|pwd|pass)\s{0,2}=\s{0,2}["']?([^;\s&"',]{4,100})/gi;

/**
 * Passwords that one user thinks up and the next one tries: `Welcome2024!`. They look like those of examples, so they count
 * where something of somebody's is reached with them: beside a host that is no example's.
 */
export function guessablePasswords(text: string, name: string, somebodysHost: boolean): FoundSecret[] {
  const hosts = hostsIn(text);
  const real = hosts.length > 0 ? hosts.some(isSomebodysHost) : somebodysHost;
  const trimmed = text.trim();
  const own =
    isGuessable(trimmed, somebodysHost) && kindOfName(name) === 'password'
      ? [spanOf(trimmed, text.indexOf(trimmed))]
      : [];
  if (!real) return own;
  const userInfo = [...text.matchAll(USER_INFO)].flatMap((match) => {
    const [whole, user = '', password = ''] = match;
    // The colon of `${env:NAME}` separates nothing.
    if (user.lastIndexOf('{') > user.lastIndexOf('}')) return [];
    if (EXAMPLE_USER.test(user) || !isGuessable(percentDecoded(password) ?? password, true)) return [];
    return [spanOf(password, match.index + whole.length - 1 - password.length)];
  });
  const pairs = [...text.matchAll(PAIR)].flatMap((match) => {
    const password = match[1] ?? '';
    return isGuessable(password, true) ? [spanOf(password, match.index + match[0].length - password.length)] : [];
  });
  return [...own, ...userInfo, ...pairs];
}

function isGuessable(password: string, somebodysHost: boolean): boolean {
  if (password.length < 4 || password.length > 40 || /\s/.test(password)) return false;
  if (!somebodysHost) return PERSONAL.test(password) && kindsIn(password) >= 3 && !isAskedFor(password);
  // `mypassword` and `changeme` are asked for in examples, and are what people leave where they were asked.
  const left = /^(?:my|change)[a-z]{2,12}\d{0,4}!?$/i.test(password);
  return left || (!isAskedFor(password) && (isCommon(password) || /^[a-z]+$/.test(password)));
}

/** How many of small letters, capitals, digits and other characters a text has. */
function kindsIn(text: string): number {
  return [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(text)).length;
}

function spanOf(password: string, start: number): FoundSecret {
  return { code: 'guessable-password', kind: 'password', start, end: start + password.length };
}
