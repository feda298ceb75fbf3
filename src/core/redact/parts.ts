import { base64Bytes } from './bytes.ts';
import { isOpaque, isSecretMember } from './members.ts';

/** A text inside a credential. One that is no secret itself may still hold one. */
interface Opened {
  readonly text: string;
  readonly secret: boolean;
}

/** So deep are credentials within credentials looked into: a header's value in a variable in a JSON document. */
const DEPTH = 5;
/** More members than this no credential has. */
const MAX_TEXTS = 2000;

/** A stretch between separators, or a line, is a secret of its own from this length on. */
const STRETCH = 16;

/** What stands around a key in PEM (RFC 7468). */
export const PEM_BOUNDARY = /^-----(?:BEGIN|END) /;
const SCHEME = /^([A-Za-z][\w-]{1,30}) +(\S.*)$/s;
const KNOWN_SCHEME = /^(?:bearer|basic|token|digest|api-?key|key|apikey|oauth2?|dpop|negotiate|jwt|ssws|splunk)$/i;
const HEADER = /^([A-Za-z][\w-]{0,60}): +(\S.*)$/s;
const NAME = /^[\w.$:/[\] -]{1,100}$/;
const COLON_MEMBER = /^["']?([\w.-]{1,100})["']?: (.*)$/;

/** What APIs want as the password where the user name is the key. */
const DUMMY_PASSWORD = /^(?:x-oauth-basic|api_?token|api_?key|x|unused|blank|none|null|oauth2?|token|password)$/i;

/**
 * The secrets inside of a credential, each of which gives it away alone: the password of `user:password` and of a
 * connection string, what stands behind a scheme, values of parameters, cookies, variables and quoted lists, members of
 * a JSON document, lines of a key. A user name, an address or an id is none. Without the credential itself.
 */
export function secretParts(credential: string): Set<string> {
  const secrets = new Set<string>();
  const seen = new Set<string>();
  let level: Opened[] = [{ text: credential.trim(), secret: true }];
  for (let depth = 0; depth < DEPTH && level.length > 0; depth++) {
    const next: Opened[] = [];
    for (const opened of level.flatMap(open)) {
      if (opened.secret) secrets.add(opened.text);
      if (!seen.has(opened.text) && seen.size < MAX_TEXTS) {
        seen.add(opened.text);
        next.push(opened);
      }
    }
    level = next;
  }
  secrets.delete(credential);
  return secrets;
}

function open({ text, secret }: Opened): Opened[] {
  const bare = unquoted(text);
  if (bare !== text) return [{ text: bare, secret }];
  if (text.startsWith('{') || text.startsWith('[')) {
    const members = jsonMembers(text);
    if (members !== undefined) return members;
  }
  if (/[\r\n]/.test(text)) return linesOf(text);
  const spoken = spokenPassword(text);
  if (spoken.length > 0) return spoken;
  const header = HEADER.exec(text);
  if (header) return [{ text: header[2] ?? '', secret: isSecretMember(header[1] ?? '', header[2] ?? '') }];
  const schemed = SCHEME.exec(text);
  const listed = assignments(schemed?.[2] ?? text) ?? assignments(text);
  if (listed?.some((member) => member.secret)) return [...listed, ...stretches(text, secret)];
  if (schemed) return behindScheme(schemed[1] ?? '', schemed[2] ?? '');
  if (text.includes('://')) return urlParts(text);
  const pair = secret ? pairParts(text) : undefined;
  return pair ?? [...basicPair(text), ...stretches(text, secret)];
}

function jsonMembers(text: string): Opened[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const members: Opened[] = [];
  const pending: { name: string; value: unknown }[] = [{ name: '', value }];
  for (let next = pending.pop(); next !== undefined && members.length < MAX_TEXTS; next = pending.pop()) {
    const { name } = next;
    if (typeof next.value === 'string' || typeof next.value === 'number') {
      const member = String(next.value).trim();
      members.push({ text: member, secret: isSecretMember(name, member) });
    } else if (Array.isArray(next.value)) {
      for (const element of next.value) pending.push({ name, value: element });
    } else if (typeof next.value === 'object' && next.value !== null) {
      for (const [key, element] of Object.entries(next.value)) pending.push({ name: key, value: element });
    }
  }
  return members;
}

/** The lines of a key, and of a file of variables or settings. */
function linesOf(text: string): Opened[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !PEM_BOUNDARY.test(line) && !line.startsWith('#'))
    .flatMap((line) => {
      const member = COLON_MEMBER.exec(line);
      if (member) {
        const value = unquoted((member[2] ?? '').trim());
        return [{ text: value, secret: isSecretMember(member[1] ?? '', value) }];
      }
      // A line with blanks in it is prose or a JSON member, which others may share.
      return [{ text: line, secret: line.length >= STRETCH && !/[\s=]/.test(line) }, ...spokenPassword(line)];
    });
}

/** `machine host login user password value` (netrc). */
function spokenPassword(line: string): Opened[] {
  const words = line.split(/\s+/);
  return words.flatMap((word, index) =>
    // An equals sign follows the name of a setting.
    word === 'password' && /[^=:]/.test(words[index + 1] ?? '') ? [{ text: words[index + 1] ?? '', secret: true }] : [],
  );
}

function behindScheme(scheme: string, rest: string): Opened[] {
  if (/^basic$/i.test(scheme)) return [{ text: rest, secret: true }, ...basicPair(rest)];
  return [{ text: rest, secret: !/\s/.test(rest) && (KNOWN_SCHEME.test(scheme) || isOpaque(rest)) }];
}

/** `name=value`, and several of them behind each other; undefined when the text is nothing of the kind. */
function assignments(text: string): Opened[] | undefined {
  if (!text.includes('=')) return undefined;
  for (const separator of [';', '&', ',', ' ']) {
    const items = splitOutsideQuotes(text, separator).filter((item) => item.trim() !== '');
    const members = items.map(assignment).filter((item) => item !== undefined);
    if (members.length > 1 && members.length === items.length) return members;
  }
  const single = assignment(text);
  return single && [single];
}

function assignment(text: string): Opened | undefined {
  const equals = text.indexOf('=');
  const name = text
    .slice(0, Math.max(equals, 0))
    .trim()
    .replace(/^(?:export|set) /, '');
  const value = unquoted(text.slice(equals + 1).trim());
  // Nothing but signs of equality is the padding of base64.
  if (!NAME.test(name) || name.includes('://') || /^=*$/.test(value)) return undefined;
  return { text: value, secret: isSecretMember(name, value) };
}

/** Without the quotes around it; the same text where there are none. */
function unquoted(text: string): string {
  const quote = text[0];
  const quoted = text.length > 1 && (quote === '"' || quote === "'" || quote === '`') && text.endsWith(quote);
  return quoted ? text.slice(1, -1) : text;
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const items: string[] = [];
  let quote = '';
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if ((char === '"' || char === "'") && text[i - 1] === '=') {
      quote = char;
    } else if (char === separator) {
      items.push(text.slice(start, i));
      start = i + 1;
    }
  }
  items.push(text.slice(start));
  return items;
}

/** The password in front of the host, opaque segments of the path, and the parameters. */
function urlParts(text: string): Opened[] {
  const rest = text.slice(text.indexOf('://') + 3);
  const authority = rest.split(/[/?#]/, 1)[0] ?? '';
  // A password may hold a slash that was not escaped; a host never holds an `@`.
  const at = authority.includes('@') ? rest.indexOf('@', authority.lastIndexOf('@')) : rest.lastIndexOf('@');
  const user = at < 0 ? '' : rest.slice(0, at);
  const colon = user.indexOf(':');
  const password = user.slice(colon + 1);
  const after = rest.slice(at + 1);
  const secrets: Opened[] = [];
  if (user !== '' && (colon >= 0 || isOpaque(password))) secrets.push({ text: password, secret: password.length >= 4 });
  const [path = '', query = ''] = after.split(/[?#](.*)/s, 2);
  for (const segment of path.split('/').slice(1)) {
    if (segment.length >= STRETCH && isOpaque(segment)) secrets.push({ text: segment, secret: true });
  }
  return [...secrets, ...(assignments(query) ?? [])];
}

/** What stands behind the first colon; what stands before it where that is the key and the password says nothing. */
function pairParts(text: string): Opened[] | undefined {
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  const [user, password] = [text.slice(0, colon), text.slice(colon + 1)];
  const parts: Opened[] = [];
  const dummy = password.length < 4 || DUMMY_PASSWORD.test(password);
  if (!dummy) parts.push({ text: password, secret: true });
  // Beside a short password, a user name that is a word or an address is no key: it may be everywhere.
  const key = dummy || (password.length < 8 && isOpaque(user));
  if (user.length >= 8 && key) parts.push({ text: user, secret: true });
  return parts;
}

/** A pair in base64, as Basic authentication has it (RFC 7617), also where the scheme's name is missing. */
function basicPair(text: string): Opened[] {
  const bare = text.trim();
  if (!/^[A-Za-z0-9+/_-]{8,}={0,2}$/.test(bare)) return [];
  const bytes = base64Bytes(bare);
  if (bytes === undefined) return [];
  let decoded: string;
  try {
    decoded = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return [];
  }
  return decoded.includes(':') && !/\p{Cc}/u.test(decoded) ? [{ text: decoded, secret: true }] : [];
}

/** What stands between separators, where it is long and random: `12|secret`, `user@realm!id=secret`, two keys by a comma. */
function stretches(text: string, secret: boolean): Opened[] {
  if (!secret || /\s/.test(text)) return [];
  return text.split(/[,;&]/).flatMap((item) => {
    const [first = '', ...tails] = item.split(/[:|=!]/);
    const own = item === text ? tails : [first, ...tails];
    return own
      .filter((tail) => tail.length >= STRETCH && tail !== text && isOpaque(tail))
      .map((tail) => ({ text: tail, secret: true }));
  });
}
