import { DUMMY_PASSWORD, LEAST_KEY, LEAST_PASSWORD } from './connectionParts.ts';
import { isEveryday } from './everydayWords.ts';
import type { Part } from './part.ts';

/** The options of one letter with which commands take a password, and the password, where it stands in the same word. */
const PASSWORD_OPTION = /^-(?:[ak]$|[pPw]:?(.*)$)/s;
/** Windows has them with a slash and a colon. */
const SLASHED_OPTION = /^\/(?:p|pass|pwd|password):(.+)$/is;
/** The options with which commands take a user, behind whom the password may stand. */
const USER_OPTION = /^(?:-[uUa]|--(?:[a-z]+-)*(?:user|creds|credentials|auth))$/;
/** What stands between the two: a colon, and elsewhere what `smbclient`, `lftp` and `sqlplus` take. */
const USER_AND_PASSWORD = /^([^:%,/\s]+)[:%,/](.+)$/s;
const OPTION = /^(?:-{1,2}[A-Za-z]|\/[A-Za-z]+:)/;

/** A user as people name one, with an address or without. */
const USER = /^[A-Za-z][a-z._-]{0,30}\d{0,4}(?:@[\w.-]{1,100})?$/;
/** What is written between a user and a password where each has a place and neither has a name. */
const PLACES = /[\s,;|/]+/;

/** An address or a number, such as a port’s. */
const NO_PASSWORD = /^(?:[a-z][a-z0-9+.-]*:\/\/|[\d.:]+$)/i;
/** A host or a path, which commands take besides. */
const PLACE = /^[./~\\]|\.[a-z]{2,}$/i;

/**
 * The passwords of a command line, behind the options that have no name but a letter: `mysql -uroot -pPASSWORD`. Nothing
 * tells a word that the user chose from others but the option in front, which may take something else: that is looked for
 * as well, and where it is short, as a word of its own only.
 */
export function optionParts(text: string): Part[] {
  if (!isCommandLine(text)) return [];
  const words = wordsOf(text);
  return words.flatMap((word, index) => {
    const next = words[index + 1] ?? '';
    const slashed = SLASHED_OPTION.exec(word)?.[1];
    if (slashed !== undefined) return [passwordPart(slashed)];
    const argument = OPTION.test(next) ? '' : next;
    const [name = '', assigned] = word.split(/=(.*)/s, 2);
    const pair = USER_OPTION.test(name) ? USER_AND_PASSWORD.exec(assigned ?? argument)?.[2] : undefined;
    const option = PASSWORD_OPTION.exec(word);
    const found = [pair, option && (option[1] || argument)];
    return found.flatMap((one) => (typeof one !== 'string' || NO_PASSWORD.test(one) ? [] : [passwordPart(one)]));
  });
}

/**
 * What may be the password of a command line in which nothing says so: `net use x: PASSWORD`, `htpasswd -b file me PASSWORD`.
 * Names of things that are everywhere are shorter, or are places.
 */
export function argumentParts(text: string): Part[] {
  if (!isCommandLine(text)) return [];
  return wordsOf(text)
    .filter((word) => !OPTION.test(word) && !NO_PASSWORD.test(word) && !PLACE.test(word) && !isEveryday(word))
    .filter(
      (word) => word.length >= LEAST_KEY || (word.length >= LEAST_PASSWORD && /\d/.test(word) && /[A-Za-z]/.test(word)),
    )
    .map(passwordPart);
}

/** The second of two words, where the first is a user’s name: `me PASSWORD`, `me,PASSWORD`, `me/PASSWORD`. */
export function secondWord(text: string): Part[] {
  const [user = '', password = '', ...others] = text.split(PLACES);
  const isPair = others.length === 0 && user !== '' && USER.test(user) && password.length >= LEAST_PASSWORD;
  return isPair && !DUMMY_PASSWORD.test(password) ? [passwordPart(password)] : [];
}

function passwordPart(text: string): Part {
  return { text, secret: text.length >= LEAST_PASSWORD, password: true };
}

function isCommandLine(text: string): boolean {
  return /(?:^|\s)(?:-{1,2}[A-Za-z]|\/[A-Za-z]{1,20}:)/.test(text) && /\S\s+\S/.test(text);
}

/** The words of a command line as shells read them, without their quotes. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (const char of line) {
    if (quote !== '') {
      if (char === quote) quote = '';
      else word = (word ?? '') + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  return word === undefined ? words : [...words, word];
}
