import { capabilityUrls } from './capabilityUrls.ts';
import { commandLinePasswords } from './commandLinePasswords.ts';
import { credentialFiles } from './credentialFiles.ts';
import { driverPasswords } from './driverPasswords.ts';
import { encodedSettings } from './encodedSettings.ts';
import type { FoundSecret } from './foundSecret.ts';
import { guessablePasswords } from './guessable.ts';
import { credentialClass, kindOfName, providerOfName, wordsOfName } from './names.ts';
import { percentDecoded } from './percentDecoded.ts';
import { isPlaceholder } from './placeholders.ts';
import { isPlausible, isRandomOption, looksGenerated, UUID } from './plausible.ts';
import { mayHoldToken, TOKEN_SHAPES } from './tokenShapes.ts';

/** Longer texts than this hold documents, not credentials: their beginning is looked at. */
const MAX_TEXT = 64 * 1024;

/** `Bearer x`, `Basic x` and the schemes that APIs made up, https://www.iana.org/assignments/http-authschemes */
const SCHEME =
  /^\s*(?:Bearer|Basic|Digest|Token|ApiKey|Api-Key|Key|Bot|Negotiate|OAuth|GoogleLogin auth=|Token token=)[\s=]+(?=\S)/i;

/** A text with more secrets than this is none that a client reads, and each find is compared with all before. */
const MAX_FINDS = 100;

/** A PIN of four digits, and a password of four letters that anybody guesses. */
const SHORTEST = 4;

/** A text without anything that separates a secret from what stands before it: blanks, `=`, `:`, `/`, `@`, `?`, `&`, `;`. */
const ONE_WORD = /^[\w.-]*$/;

/** Collects what is found; the first finder to see a place keeps it. */
class Finds {
  readonly items: FoundSecret[] = [];

  add(secret: FoundSecret): void {
    if (secret.end <= secret.start || this.items.length >= MAX_FINDS) return;
    if (this.items.some((other) => secret.start < other.end && other.start < secret.end)) return;
    this.items.push(secret);
  }
}

/** What is known of the entry that a text stands in. Texts that people type or paste have none. */
export interface Around {
  /** Another text of the entry names a host that is somebody's. */
  readonly somebodysHost: boolean;
  /** The text is an argument that stands behind no option. */
  readonly alone?: boolean;
}

/**
 * The secrets in a text that stands behind a name (a variable, header, flag or key; empty for none), in the order of
 * their places.
 */
export function findSecrets(text: string, name = '', around?: Around): FoundSecret[] {
  const finds = new Finds();
  const cut = text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text;
  if (cut.length < SHORTEST) return [];
  // Most texts of a file are one word, which has no part that could be a secret.
  const hasParts = !ONE_WORD.test(cut);
  findShapes(cut, finds);
  if (hasParts) {
    findUserInfo(cut, finds);
    for (const found of driverPasswords(cut, name)) finds.add(found);
    for (const found of credentialFiles(cut)) finds.add(found);
    findQueryValues(cut, finds);
  }
  for (const found of encodedSettings(cut, (plain) => findSecrets(plain).length > 0)) finds.add(found);
  if (hasParts) {
    if (/cookies?$/i.test(name)) findCookies(cut, finds);
    findPairs(cut, finds);
    findAuthorization(cut, name, finds);
  }
  if (name !== '') findNamed(cut, name, finds);
  if (hasParts) {
    for (const found of commandLinePasswords(cut)) finds.add(found);
    for (const found of capabilityUrls(cut, around !== undefined)) finds.add(found);
  }
  if (around?.alone) findAlone(cut, finds);
  if (around) for (const found of guessablePasswords(cut, name, around.somebodysHost)) finds.add(found);
  return finds.items.sort((a, b) => a.start - b.start);
}

/** Tokens that tell by their shape what they are. */
function findShapes(text: string, finds: Finds): void {
  if (!mayHoldToken(text)) return;
  for (const { kind, pattern, provider, identifier } of TOKEN_SHAPES) {
    for (const match of text.matchAll(pattern)) {
      if (kind !== 'private key' && isPlaceholder(match[0])) continue;
      if (kind === 'private key' && !/[A-Za-z0-9+/]{16}/.test(match[0].replace(/-----[^-]*-----/g, ''))) continue;
      finds.add({
        code: identifier ? 'access-key-id' : 'secret-token',
        kind,
        start: match.index,
        end: match.index + match[0].length,
        ...(provider === undefined ? {} : { provider }),
      });
    }
  }
}

const PUBLIC_DSN = /^https?:\/\/[0-9a-f]{32}@[\w.:-]{1,253}\/\d{1,20}\/?(?![\w/])/;

/** Passwords of `scheme://user:password@host`, RFC 3986 section 3.2.1; people leave `@`, `#` and `?` in them as they are. */
function findUserInfo(text: string, finds: Finds): void {
  if (!text.includes('@')) return;
  for (const match of text.matchAll(/[a-z][a-z0-9+.-]{1,30}:\/\/([^\s/"'<>]{1,1024})@/gi)) {
    const userInfo = match[1] ?? '';
    const start = match.index + match[0].length - userInfo.length - 1;
    // The colon of `${env:NAME}` separates nothing.
    const colon = userInfo.replace(/\{[^{}]{0,200}\}/g, (reference) => '_'.repeat(reference.length)).indexOf(':');
    const user = colon === -1 ? userInfo : userInfo.slice(0, colon);
    const password = colon === -1 ? '' : userInfo.slice(colon + 1);
    // What Sentry calls a DSN is public, https://docs.sentry.io/concepts/key-terms/dsn-explainer/
    if (colon === -1 && PUBLIC_DSN.test(text.slice(match.index))) continue;
    // `https://host:8080?to=a@b` has no user.
    if (/^\d+[?#]/.test(password)) continue;
    if (password !== '' && isUserInfoSecret(password, user)) {
      const kind = /^https?:/i.test(match[0]) ? 'password in a URL' : 'connection string';
      const from = start + colon + 1;
      finds.add({ code: 'secret-connection-string', kind, start: from, end: from + password.length });
    } else if (password === '' && looksGenerated(user) && !isPlaceholder(user)) {
      finds.add({ code: 'secret-in-url', kind: 'token in a URL', start, end: start + user.length });
    }
  }
}

function isUserInfoSecret(password: string, user: string): boolean {
  if (isPlaceholder(password) || isPlaceholder(percentDecoded(password) ?? password) || password === user) return false;
  return isPlausible(password, 'password') || looksGenerated(password);
}

/** `?api_key=…&sig=…` */
function findQueryValues(text: string, finds: Finds): void {
  if (!text.includes('=')) return;
  const firstUrl = text.search(/(?:https?|wss?):\/\//i);
  for (const match of text.matchAll(/[?&;]([\w.[\]-]{1,60})=([^&#\s"';]+)/g)) {
    const [whole, name = '', raw = ''] = match;
    const expected = credentialClass(name) ?? (/^(?:sig|code|k|t|s)$/i.test(name) ? 'weak' : undefined);
    if (expected === undefined) continue;
    const value = percentDecoded(raw) ?? raw;
    if (expected === 'weak' ? !looksGenerated(value) || isPlaceholder(value) : !isPlausible(value, expected)) continue;
    const provider = providerOfName(name);
    const start = match.index + whole.length - raw.length;
    const inUrl = firstUrl !== -1 && firstUrl < match.index;
    finds.add({
      code: inUrl ? 'secret-in-url' : 'secret-connection-string',
      kind: inUrl ? `${kindOfName(name)} in a URL` : 'connection string',
      start,
      end: start + raw.length,
      ...(provider === undefined ? {} : { provider }),
    });
  }
}

/** `Password=…;`, `API_KEY=… server`, `{"apiKey": "…"}`, `--token …` and `Authorization: Bearer …` inside a longer text. */
function findPairs(text: string, finds: Finds): void {
  // `arn:…:secret:name-AbCd12` names a secret that is kept elsewhere.
  if (!/[=:]|(?:^|\s)-/.test(text) || /^\s*arn:/.test(text)) return;
  const names =
    /(?<![\w.-])-{0,2}([A-Za-z][\w.-]{0,60})(?:\\{0,4}["']?\s{0,2}(?:=>|[=:])\s{0,2}|(?<=(?:^|\s)--?[\w.-]{1,61})\s+)/g;
  const settings = /;\s*(?:\w[\w ]*| )=/.test(text);
  const values = new PairValues(text);
  for (const match of text.matchAll(names)) {
    const name = match[1] ?? '';
    const at = match.index + match[0].length;
    const scheme = SCHEME.exec(text.slice(at, at + 60).replace(/^["']/, ' '))?.[0];
    if (scheme !== undefined && /auth|key|token/i.test(name)) {
      const rest = /^[^\s"',;&}\])\\]{1,4096}/.exec(text.slice(at + scheme.length))?.[0] ?? '';
      addAuthorization(scheme, rest, at + scheme.length, name, finds);
      continue;
    }
    const expected = credentialClass(name);
    if (expected === undefined) continue;
    const found = values.at(at, match.index === 0);
    if (!found) return;
    const { value, start } = found;
    if (!isPlausible(value, expected)) continue;
    const provider = providerOfName(name);
    finds.add({
      code: settings ? 'secret-connection-string' : 'secret-value',
      kind: kindOfName(name),
      start,
      end: start + value.length,
      ...(provider === undefined ? {} : { provider }),
    });
  }
}

/** How often the characters of a text are looked at as parts of values: pairs stand inside of pairs, but not in dozens. */
const MAX_LOOKS = 8;

/** The values behind `name=` in one text, until they would take longer than in proportion to it. */
class PairValues {
  readonly #text: string;
  #left: number;

  constructor(text: string) {
    this.#text = text;
    this.#left = MAX_LOOKS * text.length;
  }

  /** What stands at an offset: quoted, up to the next delimiter, or all the rest of a lone pair. Undefined when it is enough. */
  at(at: number, first: boolean): { readonly value: string; readonly start: number } | undefined {
    if (this.#left <= 0) return undefined;
    const found = this.#find(at, first);
    this.#left -= found.value.length;
    return found;
  }

  #find(at: number, first: boolean): { readonly value: string; readonly start: number } {
    const text = this.#text;
    // JSON inside JSON has a backslash before its quotes.
    const quote = /^\\{0,4}["']/.exec(text.slice(at, at + 5))?.[0];
    if (quote !== undefined) {
      const start = at + quote.length;
      const end = text.indexOf(quote, start);
      return { value: text.slice(start, end === -1 ? undefined : end), start };
    }
    const rest = text.slice(at, at + 4096);
    const lone = first && !/\s|[;&,]\s*[\w.-]+\s*[=:]/.test(text);
    return { value: lone ? rest : (/^[^\s"',;&}\])]+/.exec(rest)?.[0] ?? ''), start: at };
  }
}

/** A text that is an Authorization header's value, wherever it stands. */
function findAuthorization(text: string, name: string, finds: Finds): void {
  const scheme = SCHEME.exec(text)?.[0];
  if (scheme === undefined) return;
  const rest = text.slice(scheme.length).trimEnd();
  addAuthorization(scheme, rest, scheme.length, name, finds);
}

function addAuthorization(scheme: string, rest: string, start: number, name: string, finds: Finds): void {
  if (rest.length < 6 || isPlaceholder(rest) || /\s/.test(rest)) return;
  const basic = /^\s*Basic/i.test(scheme) ? fromBase64(rest) : undefined;
  if (basic !== undefined && isPlaceholder(basic.slice(basic.indexOf(':') + 1))) return;
  if (basic === undefined && !isPlausible(rest, 'token')) return;
  const provider = providerOfName(name);
  finds.add({
    code: 'secret-authorization',
    kind: basic === undefined ? 'authorization token' : 'user name and password',
    start,
    end: start + rest.length,
    ...(provider === undefined ? {} : { provider }),
  });
}

/** `user:password` of a Basic header (RFC 7617); undefined when it is not one. */
function fromBase64(text: string): string | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.replaceAll('=', '').length % 4 === 1) return undefined;
  const plain = atob(text);
  return plain.includes(':') ? plain : undefined;
}

/** `-u user:password`, as curl takes it. */
const USER_OPTION = /^--?(?:u|user)$/i;
/** What a name ends with that has both in it: `ES_USERPASS`, `--basic-auth`. */
const USER_NAME = /^(?:userpass|userpwd|usrpwd|userpassword|login|credentials?|creds|auth)$/;
/** A user, and not the scheme of an address or a kind of thing. */
const USER = /^[\w.+@-]{1,64}[:%](?!\/\/)\S{4,200}$/;
/** Options of one letter of which some server or other takes its key: `-s SECRET`, `-t TOKEN`. Their value tells. */
const SHORT_OPTION = /^-[akpstux]$/i;
/** The words of a wallet, https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki */
const MNEMONIC = /^(?:[a-z]{3,8} ){11,23}[a-z]{3,8}$/;

/** The whole text, because its name says that it is a credential. */
function findNamed(text: string, name: string, finds: Finds): void {
  const trimmed = text.trim();
  const start = text.indexOf(trimmed);
  const whole = { start, end: start + trimmed.length };
  if ((USER_OPTION.test(name) && /[:%]/.test(trimmed)) || (namesUser(name) && USER.test(trimmed))) {
    const password = trimmed.slice(trimmed.search(/[:%]/) + 1);
    if (!isPlausible(password, 'password') || isAddress(trimmed)) return;
    finds.add({ code: 'secret-value', kind: 'password', start: whole.end - password.length, end: whole.end });
    return;
  }
  if (SHORT_OPTION.test(name)) {
    // `-T TEAM2024BOARD`: capitals behind a capital are a name.
    const isName = /^-[A-Z]$/.test(name) && !/[a-z]/.test(trimmed);
    if (!isName && isRandomOption(trimmed, /^-k$/i.test(name)))
      finds.add({ code: 'secret-value', kind: 'secret', ...whole });
    return;
  }
  if (isPin(name, trimmed)) finds.add({ code: 'secret-value', kind: 'PIN', ...whole });
  const expected = credentialClass(name);
  if (expected === undefined || isFingerprint(name, trimmed) || NAMES_SECRET.test(trimmed)) return;
  if (/mnemonic|seed/i.test(name) && MNEMONIC.test(trimmed)) {
    finds.add({ code: 'secret-value', kind: 'wallet phrase', ...whole });
    return;
  }
  // Looked into already.
  if (/cookies?$/i.test(name) && trimmed.includes('=')) return;
  // `GenieKey …`: APIs make up schemes of their own.
  const scheme =
    /auth/i.test(name) && !SCHEME.test(trimmed) ? (/^[A-Za-z][\w-]{2,24}\s(?=\S+$)/.exec(trimmed)?.[0] ?? '') : '';
  if (scheme !== '' && looksGenerated(trimmed.slice(scheme.length)) && !isPlaceholder(trimmed.slice(scheme.length))) {
    finds.add({
      code: 'secret-authorization',
      kind: 'authorization token',
      start: start + scheme.length,
      end: whole.end,
    });
    return;
  }
  if (isSession(name, trimmed)) finds.add({ code: 'secret-value', kind: 'session', ...whole });
  // A JSON text or a list of pairs was looked into already.
  if (/^[[{]/.test(trimmed) || SCHEME.test(trimmed) || !isPlausible(trimmed, expected)) return;
  const provider = providerOfName(name);
  finds.add({
    code: 'secret-value',
    kind: kindOfName(name),
    ...whole,
    ...(provider === undefined ? {} : { provider }),
  });
}

function namesUser(name: string): boolean {
  return /use?r|login|cred|auth/i.test(name) && USER_NAME.test(wordsOfName(name).at(-1) ?? '');
}

/** A session by its number: `BW_SESSION` and `X-Session`, and no `SESSION_ID`, which logs have. */
function isSession(name: string, text: string): boolean {
  return UUID.test(text) && wordsOfName(name).at(-1) === 'session' && !isPlaceholder(text);
}

/** Pins of a board, and versions that are pinned, have numbers, too. */
const OTHER_PINS = new Set('gpio led data clock button io sda scl tx rx cs reset pull'.split(' '));

/** `CARD_PIN=4821`; `1234` and `0000` are anybody's. */
function isPin(name: string, text: string): boolean {
  if (!/^\d{4,8}$/.test(text) || !/pin/i.test(name)) return false;
  const words = wordsOfName(name);
  if (!/^(?:pin|pincode)$/.test(words.at(-1) ?? '') || OTHER_PINS.has(words.at(-2) ?? '')) return false;
  return !/^(\d)\1+$|^0?1234/.test(text);
}

/** `GPG_KEY` names a key by its fingerprint, which is public. */
function isFingerprint(name: string, text: string): boolean {
  return /gpg|pgp|signing/i.test(name) && /^(?:0x)?(?:[0-9A-F]{8}|[0-9A-F]{16}|[0-9A-F]{40})$/i.test(text);
}

/** `--secret id=npmrc,src=…` of Docker says where a secret is. */
const NAMES_SECRET =
  /^(?:type=\w{1,10},)?id=[\w.-]{1,60}(?:,(?:type|src|source|env|target|required|mode|uid|gid)=[^,\s]{0,500})*$/;

/** A key among the arguments. What begins as ids of Google's files and YouTube's lists do is one of these. */
function findAlone(text: string, finds: Finds): void {
  if (text.length < 28 || /^(?:1|0[AB]|PL|UC)[\w-]{26,43}$/.test(text)) return;
  if (/^[0-9a-f]+$/i.test(text) || !/[a-z]/.test(text) || !/[A-Z]/.test(text)) return;
  if (isRandomOption(text, false)) finds.add({ code: 'secret-value', kind: 'key', start: 0, end: text.length });
}

/** `1000:1000`, `http://…` and `::1` are no user with a password. */
function isAddress(text: string): boolean {
  return /^[\d:.]+$|:\/\//.test(text);
}

/** `session=…; theme=dark; Path=/`, https://www.rfc-editor.org/rfc/rfc6265#section-4.2.1 */
function findCookies(text: string, finds: Finds): void {
  for (const match of text.matchAll(/(?:^|;)\s*[^=;\s]+=([^;\s]+)/g)) {
    const value = match[1] ?? '';
    const end = match.index + match[0].length;
    if (!looksGenerated(value) || isPlaceholder(value)) continue;
    finds.add({ code: 'secret-value', kind: 'cookie', start: end - value.length, end });
  }
}

/** The last four characters, as the user may see them; undefined for values under 16, of which nothing is shown. */
export function last4(value: string): string | undefined {
  return value.length >= 16 ? value.slice(-4) : undefined;
}

/** A text with the secrets in it taken out, for names and pointers that are shown. */
export function masked(text: string): string {
  // Nothing of a secret's length, and nothing that names one.
  if (!/[\w.~+=-]{16}|[=:?]/.test(text)) return text;
  let result = text;
  for (const { start, end } of findSecrets(text).reverse()) {
    const tail = last4(text.slice(start, end)) ?? '';
    result = `${result.slice(0, start)}••••${tail}${result.slice(end)}`;
  }
  return result;
}
