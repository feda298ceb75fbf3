import { assignments, memberPart, tableParts, unquoted } from './assignments.ts';
import { argumentParts, optionParts, secondWord } from './commandParts.ts';
import { connectionParts, DUMMY_PASSWORD, LEAST_KEY, LEAST_PASSWORD, STRETCH, urlParts } from './connectionParts.ts';
import { elementParts } from './elements.ts';
import { isEveryday } from './everydayWords.ts';
import { isOpaque, isSecretMember, isSecretName } from './members.ts';
import { namedValues, quotedTexts } from './namedValues.ts';
import { packedParts } from './packedParts.ts';
import type { Part } from './part.ts';
import { pemParts } from './pemParts.ts';

/** So deep are credentials within credentials looked into: a header's value in a variable in a JSON document. */
const DEPTH = 5;
/** More members than this no credential has. */
const MAX_TEXTS = 2000;
/** Nor has one in one line, as APIs hand out tokens, so many: each takes its time to be known. */
const MAX_IN_ONE_LINE = 80;

/** What stands around a key in PEM (RFC 7468). */
export const PEM_BOUNDARY = /^-----(?:BEGIN|END) /;
const SCHEME = /^([A-Za-z][\w-]{1,30}) +([^\s:=].*)$/s;
const KNOWN_SCHEME = /^(?:bearer|basic|token|digest|api-?key|key|apikey|oauth2?|dpop|negotiate|jwt|ssws|splunk)$/i;
/** What stands before a password in a file of blanks and words. */
const SPOKEN = /^(?:password|passwd|passphrase|pass|pwd)$/i;
/** A variable's name, behind which some shells and files have its value without a sign. */
const VARIABLE = /^[A-Z][A-Z\d]{0,60}(?:_[A-Z\d]{1,60}){1,10}$/;
const HEADER = /^([A-Za-z][\w-]{0,60}): +(\S.*)$/s;
/** The end of an element, of which there is one where a text has more of a document than a value. */
const CLOSING_TAG = /<\/[A-Za-z][\w:.-]{0,100}>/;
/** A line of a file of variables or settings, which begins with what others may know. */
const SETTING_LINE = /^(?:[A-Z][A-Z\d_]{0,60}|[a-z][a-z\d_.]{0,60})=(?!=?$)/;
/** In YAML an anchor or a tag may stand in front of a value. */
const COLON_MEMBER = /^["']?([\w.-]{1,100})["']?: (?:[&!]\S{1,60} )?(.*)$/;

/** What of a part may be met alone. */
export interface PartRule {
  /** Pieces of it count: nothing in it is known to others but a user name in front. */
  readonly pieces: boolean;
  /** So many characters at its beginning are that user name, and the colon behind it. */
  readonly user: number;
}

/**
 * The secrets inside of a credential, each of which gives it away alone: the password of `user:password` and of a
 * connection string, what stands behind a scheme, values of parameters, cookies, variables and quoted lists, members of
 * a JSON document, lines of a key. A user name, an address or an id is none. Without the credential itself.
 */
export function secretParts(credential: string): Map<string, PartRule> {
  const secrets = new Map<string, PartRule>();
  const seen = new Set<string>();
  const most = /[\r\n]/.test(credential) ? MAX_TEXTS : MAX_IN_ONE_LINE;
  let level: Part[] = [{ text: credential.trim(), secret: true }];
  for (let depth = 0; depth <= DEPTH && level.length > 0; depth++) {
    const next: Part[] = [];
    for (const part of level) {
      const known = `${part.password === true}${part.secret}${part.text}`;
      if (seen.has(known) || seen.size >= most) continue;
      seen.add(known);
      const structure = depth < DEPTH && part.host === undefined ? structured(part) : [];
      const inner = structure ?? loose(part);
      if (part.secret) addRule(secrets, part.text, ruleOf(part, structure, inner));
      for (const one of inner) next.push(one);
    }
    level = next;
  }
  secrets.delete(credential);
  secrets.delete(credential.trim());
  if (secrets.size > 0) return secrets;
  for (const { text } of argumentParts(credential).slice(0, most)) addRule(secrets, text, { pieces: true, user: 0 });
  return secrets;
}

function ruleOf(
  { text, password, host }: Part,
  structure: readonly Part[] | undefined,
  inner: readonly Part[],
): PartRule {
  const colon = text.indexOf(':');
  const named =
    structure === undefined && password !== true && inner.some((one) => one.text === text.slice(colon + 1).trim());
  const pieces = host !== true && !CLOSING_TAG.test(text) && structure?.some((one) => one.secret) !== true;
  return { pieces, user: named ? colon + 1 : 0 };
}

/** What is met in two places, as a pair and as a password, is a password: of that nothing is known. */
function addRule(secrets: Map<string, PartRule>, text: string, rule: PartRule): void {
  const other = secrets.get(text);
  const user = Math.min(rule.user, other?.user ?? rule.user);
  secrets.set(text, { pieces: rule.pieces || other?.pieces === true, user });
}

/** What a text says of itself that it holds; undefined where it is no more than letters and signs. */
function structured(part: Part): Part[] | undefined {
  const known = ownStructure(part);
  const { text } = part;
  const beside = [...namedValues(text), ...elementParts(text)];
  const others = [...beside, ...quotedTexts(text), ...optionParts(text), ...pemParts(text)];
  if (known !== undefined) return [...known, ...others];
  // A password may look like a setting: it is read as what it would be without.
  return others.length > 0 ? [...others, ...loose(part)] : undefined;
}

function ownStructure({ text, secret, password }: Part): Part[] | undefined {
  const bare = unquoted(text);
  if (bare !== text) return [{ text: bare, secret, password: password === true }, ...tableParts(textLines(text))];
  if (text.startsWith('{') || text.startsWith('[')) {
    const members = jsonMembers(text);
    if (members !== undefined) return members;
  }
  if (/[\r\n]/.test(text)) return [...linesOf(text), ...packedParts({ text, secret })];
  // A key in one line, whose headers are no pairs: its lines are found wherever it stands.
  if (PEM_BOUNDARY.test(text)) return [];
  const spoken = spokenPassword(text);
  if (spoken.length > 0) return spoken;
  const header = HEADER.exec(text);
  if (header) return [{ text: header[2] ?? '', secret: isSecretMember(header[1] ?? '', header[2] ?? '') }];
  const schemed = SCHEME.exec(text);
  const listed = assignments(schemed?.[2] ?? text) ?? assignments(text);
  if (listed?.some((member) => member.secret)) return [...listed, ...stretches(text, secret)];
  if (schemed) {
    const [, scheme = '', rest = ''] = schemed;
    const pairs =
      secret && password !== true && !KNOWN_SCHEME.test(scheme) ? [...secondWord(text), ...secondWord(rest)] : [];
    return [...behindScheme(scheme, rest), ...pairs];
  }
  if (text.includes('://')) return [...urlParts(text), ...(listed ?? [])];
  const connection = connectionParts(text);
  return connection && [...connection, ...(listed ?? []), ...(secret ? pairBeside(text, connection) : [])];
}

/**
 * The password of a pair that reads like a connection string, as it has an `@` of its own: `deploy:P@ssw0rd1`. Where a
 * password stands in front of that, too, and a name behind it, pieces would be those of a host, which others know.
 */
function pairBeside(text: string, connection: readonly Part[]): Part[] {
  // Behind the name of a driver, the first colon is none of a pair.
  if (text.startsWith('jdbc:')) return [];
  const after = text.slice(text.lastIndexOf('@') + 1);
  const host = connection.some((part) => part.secret) && (/[.:/?(]/.test(after) || !isOpaque(after));
  const [password] = pairParts(text, false) ?? [];
  return password?.text.includes('@') ? [{ ...password, host }] : [];
}

function loose({ text, secret, password }: Part): Part[] {
  // The colons, signs and names in markup are everybody's: what it holds is read by its elements.
  if (text.endsWith('>') && CLOSING_TAG.test(text)) return [];
  const pair = secret ? pairParts(text, password === true) : undefined;
  if (pair !== undefined) return pair;
  const second = secret && password !== true ? secondWord(text) : [];
  return [...packedParts({ text, secret, password: password === true }), ...stretches(text, secret), ...second];
}

function jsonMembers(text: string): Part[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const members: Part[] = pairOf(value);
  const pending: { name: string; value: unknown }[] = [{ name: '', value }];
  for (let next = pending.pop(); next !== undefined && members.length < MAX_TEXTS; next = pending.pop()) {
    const { name } = next;
    if (typeof next.value === 'string' || typeof next.value === 'number') {
      const member = String(next.value).trim();
      members.push(memberPart(name, member));
    } else if (Array.isArray(next.value)) {
      for (const element of next.value) pending.push({ name, value: element });
    } else if (typeof next.value === 'object' && next.value !== null) {
      for (const [key, element] of membersOf(next.value)) pending.push({ name: key, value: element });
    }
  }
  return members;
}

/** The members of an object; of one that has a name and a value for members, as settings are listed, that one. */
function membersOf(object: object): readonly (readonly [name: string, value: unknown])[] {
  const members = Object.entries(object);
  const member = (names: RegExp): unknown => members.find(([key]) => names.test(key))?.[1];
  const name = member(/^(?:name|key)$/i);
  const value = member(/^value$/i);
  return typeof name === 'string' && value !== undefined
    ? [...members.filter(([key]) => !/^(?:name|key|value)$/i.test(key)), [name, value]]
    : members;
}

/** Of a list of two strings the second one is the password of the first, and one alone is the credential. */
function pairOf(value: unknown): Part[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > 2) return [];
  const last: unknown = value.at(-1);
  if (typeof last !== 'string' || last.length < LEAST_PASSWORD) return [];
  return [{ text: last, secret: true, password: value.length === 2 }];
}

/** The lines of a key, and of a file of variables or settings. */
function linesOf(text: string): Part[] {
  const lines = textLines(text);
  const block = isBlock(lines);
  return [
    ...tableParts(lines),
    ...secondWord(text),
    ...lines.flatMap((line) => {
      const member = COLON_MEMBER.exec(line);
      if (member) {
        const value = unquoted((member[2] ?? '').trim());
        return [memberPart(member[1] ?? '', value)];
      }
      // A line with blanks in it is prose or a JSON member, which others may share.
      const long = line.length >= STRETCH && !/\s|=(?!=?$)/.test(line);
      return [{ text: line, secret: long || (block && isNoName(line)) }, ...spokenPassword(line)];
    }),
  ];
}

/** Whether lines are as long as each other, as those of a key and recovery codes are: each is a secret. */
function isBlock(lines: readonly string[]): boolean {
  const length = lines[0]?.length ?? 0;
  const rest = lines.slice(1, -1);
  return (
    lines.length > 1 &&
    length >= LEAST_KEY &&
    lines.every((line) => line.length <= length && !/\s/.test(line) && !SETTING_LINE.test(line)) &&
    rest.every((line) => line.length === length)
  );
}

/** Without those that hold nothing: blank ones, remarks, and what stands around a key. */
function textLines(text: string): string[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !PEM_BOUNDARY.test(line) && !line.startsWith('#'));
}

/** `machine host login user password value` (netrc), `ENV DB_PASSWORD value`. */
function spokenPassword(line: string): Part[] {
  const words = line.split(/\s+/);
  return words.flatMap((word, index) =>
    // An equals sign follows the name of a setting.
    (SPOKEN.test(word) || (VARIABLE.test(word) && isSecretName(word))) && /[^=:]/.test(words[index + 1] ?? '')
      ? [{ text: words[index + 1] ?? '', secret: true }]
      : [],
  );
}

function behindScheme(scheme: string, rest: string): Part[] {
  if (/^basic$/i.test(scheme)) return [{ text: rest, secret: true }, ...packedParts({ text: rest, secret: true })];
  return [{ text: rest, secret: !/\s/.test(rest) && (KNOWN_SCHEME.test(scheme) || isOpaque(rest)) }];
}

/** What stands behind the first colon; what stands before it where that is the key and the password says nothing, or is no name. */
function pairParts(text: string, password: boolean): Part[] | undefined {
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  const [user, rest] = [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
  const parts: Part[] = [];
  const dummy = rest.length < LEAST_PASSWORD || DUMMY_PASSWORD.test(rest);
  if (!dummy) parts.push({ text: rest, secret: true, password: true });
  // Beside a short password, a user name that is a word or an address is no key: it may be everywhere.
  const key = user.length >= LEAST_KEY && (dummy || (rest.length < 8 && isOpaque(user)));
  if (key || (password && isNoName(user))) parts.push({ text: user, secret: true, password: true });
  return parts;
}

/** Whether the beginning of a password may be all of it, with something behind that others know. */
function isNoName(text: string): boolean {
  return (
    (text.length >= LEAST_KEY || (text.length >= LEAST_PASSWORD && !/^[A-Za-z]+$/.test(text))) && !isEveryday(text)
  );
}

/** What stands between separators, where it is long and random: `12|secret`, `user@realm!id=secret`, two keys by a comma. */
function stretches(text: string, secret: boolean): Part[] {
  if (!secret || /\s/.test(text)) return [];
  return text.split(/[,;&]/).flatMap((item) => {
    const [first = '', ...tails] = item.split(/[:|=!]/);
    const own = item === text ? tails : [first, ...tails];
    return own
      .filter((tail) => tail.length >= STRETCH && tail !== text && isOpaque(tail))
      .map((tail) => ({ text: tail, secret: true }));
  });
}
