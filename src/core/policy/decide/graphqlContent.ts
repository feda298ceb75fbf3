import { hiddenQuery } from '../../request/parts/hiddenQuery.ts';
import { parameterRoots } from '../../request/parts/parameters.ts';
import type { CanonicalBody } from '../../request/parts/requestModel.ts';
import { foldText } from '../patterns/fold.ts';
import { type GraphqlRequest, readDocument } from './graphql.ts';
import { formPairs } from './pairFields.ts';

/** By which some servers and gateways take a document, and other APIs take any text: what does not begin as one does not count. */
const NAMED_OTHERWISE: ReadonlySet<string> = new Set([
  'mutation',
  'document',
  'graphql',
  'graphqlquery',
  'graphql_query',
  'querystring',
  'query_string',
]);

/** What stands before a field's name in a form that is a list: `0[query]`, `[][query]`, `0.query`. */
const INDEX = /^\s*\[?\d*(?:\]|(?=[[.]))\.?/;

/** A longer text or document is not taken apart at every decision: its words count wherever they stand. In UTF-16 code units. */
const MAX_TEXT = 64 * 1024;
/** A text with more pieces is none that a server takes for a form in which it finds all. */
const MAX_PIECES = 1000;
/** Fields with one of the words, of which each is parsed. */
const MAX_FIELDS = 100;

/** The words that begin what changes something or keeps on. */
const WORD = /mutation|subscription/;
/**
 * How such an operation begins in whatever version of GraphQL: the word, a name for it or none, and then variables, directives
 * or what is selected. A comment may stand wherever white space may. No definition that comes before ends with one of these
 * signs, which make the word a part of something else: a metric's name (`subscription.active`), a variable of SPARQL's, a label.
 */
const CHANGING =
  /(?<!(?<!\\)[_0-9A-Za-z$@?.:(/-])(?:mutation|subscription)(?![_0-9A-Za-z])[\s,\ufeff]*(?:[_A-Za-z][_0-9A-Za-z]*[\s,\ufeff]*)?[({@#]/;

/**
 * Whether a request carries a GraphQL document that may change something, wherever it goes: many APIs have their endpoint
 * at a path that says nothing of GraphQL. A document stands in a parameter, field or member `query`, or is the whole body.
 * What cannot be parsed counts where one of the words `mutation` and `subscription` stands outside of strings and comments as
 * the beginning of an operation, with a brace behind it; a search or a prompt that is no document does not.
 */
export function carriesGraphqlChange(request: GraphqlRequest): boolean {
  const { segments = [], query, body, headers } = request;
  if (anyMayChange(queriesAmong([...query, ...hiddenQuery(segments)]))) return true;
  if (body === undefined) return false;
  const { kind, text } = body;
  if (!mayHoldWord(kind === 'json' && /^\[?"/.test(text) ? 'text' : kind, text)) return false;
  if (kind === 'form') return anyMayChange(queriesAmong(formPairs(text) ?? []));
  return kind === 'json' ? jsonMayChange(JSON.parse(text), headers) : textMayChange(text, headers);
}

/** Some servers go by the content: a text that is like JSON, a form or a document is one to them. */
function textMayChange(text: string, headers: GraphqlRequest['headers']): boolean {
  if (text.length > MAX_TEXT || text.split('&', MAX_PIECES + 1).length > MAX_PIECES) return mayHaveChangingWord(text);
  const fields = looseFields(text);
  if (fields.length > MAX_FIELDS) return mayHaveChangingWord(text);
  if (mayChange(text, isDocument(headers))) return true;
  return anyMayChange(queriesAmong([...namedTexts(text), ...fields]));
}

/** No program writes a letter or a digit so. In a text that is too long to be taken apart it may hide a word, or go on behind one. */
const ESCAPED_LETTER = /\\u00(?:3\d|[46][1-9a-f]|[57][0-9a]|5f)/i;

/** Whether a text that is not taken apart has such a word, as it stands or escaped as in JSON or in a form. */
function mayHaveChangingWord(text: string): boolean {
  if (ESCAPED_LETTER.test(text)) return true;
  return [text, looselyDecoded(text), looselyUnescaped(text)].some((one) => hasChangingWord(one));
}

/** A text of JSON with what may stand behind one of the words as itself: blanks, and what an operation goes on with. */
function looselyUnescaped(text: string): string {
  return text
    .replace(/\\(?:[nrt]|u(?:0009|000[ad]|0020|002c|feff))/gi, ' ')
    .replace(/\\u0028/g, '(')
    .replace(/\\u0040/g, '@')
    .replace(/\\u0023/g, '#')
    .replace(/\\u007b/gi, '{');
}

/** The fields of a text that may hold such a document, as servers read them that separate fields by semicolons, too. */
function looseFields(text: string): readonly (readonly [string, string])[] {
  return [...text.split('&'), ...text.split(/[&;]/)].flatMap((piece): [string, string][] => {
    const equals = piece.indexOf('=');
    const value = looselyDecoded(piece.slice(equals + 1));
    return equals < 0 || !WORD.test(value) ? [] : [[looselyDecoded(piece.slice(0, equals)), value]];
  });
}

/** What a server makes of a text that passes over a broken escape and decodes the others. */
function looselyDecoded(text: string): string {
  // The words that are looked for are ASCII, and so is what stands around them, but for blanks and line ends.
  const ascii = text
    .replaceAll('+', ' ')
    .replace(/%ef%bb%bf/gi, '\ufeff')
    .replace(/%e2%80%a[89]/gi, '\u2028')
    .replace(/%c2%[89][0-9a-f]/gi, '\u0085')
    .replace(/%[89a-f][0-9a-f]/gi, '?')
    .replace(/%(?![0-9a-f]{2})/gi, '%25');
  return decodeURIComponent(ascii);
}

/** Most bodies have no such word. Those that we wrote escape no letter of it. */
function mayHoldWord(kind: CanonicalBody['kind'], text: string): boolean {
  return WORD.test(text) || (kind === 'text' && /[\\%]/.test(text));
}

/** Whether a text may be a document: with none but these words, or none, does one begin that is executed. Strings are left out. */
function beginsDocument(outside: string): boolean {
  return /^[\s,\ufeff#]*(?:\{|(?:query|mutation|subscription|fragment)(?![_0-9A-Za-z]))/.test(outside);
}

function isDocument(headers: GraphqlRequest['headers']): boolean {
  return headers?.some(([name, value]) => name === 'content-type' && /graphql/i.test(value)) === true;
}

function queriesAmong(pairs: readonly (readonly [string, string])[]): readonly string[] {
  return pairs.filter(([name]) => isQuery(name)).map(([, value]) => value);
}

/** An object or each in a list, of which one that is a text is read as a body of text is. */
function jsonMayChange(json: unknown, headers: GraphqlRequest['headers']): boolean {
  const items = listOf(json);
  const texts = items.flatMap((one) => (typeof one === 'string' && mayHoldWord('text', one) ? [one] : []));
  if (texts.some((one) => (texts.length > MAX_FIELDS ? mayHaveChangingWord(one) : textMayChange(one, headers)))) {
    return true;
  }
  const members = items.flatMap((one) =>
    typeof one === 'object' && one !== null ? Object.entries(one).flatMap(textsOf) : [],
  );
  const meantOtherwise = members.filter(([name]) => NAMED_OTHERWISE.has(foldText(name)));
  return (
    anyMayChange(queriesAmong(members)) ||
    anyMayChange(
      meantOtherwise.map(([, text]) => text),
      false,
    )
  );
}

/** A member's text, or those of its list: each by itself, and all in one, as a server writes a list of which it wants a text. */
function textsOf([name, value]: readonly [string, unknown]): readonly (readonly [string, string])[] {
  const texts = listOf(value).filter((one) => typeof one === 'string');
  if (!texts.some((text) => WORD.test(text))) return [];
  return (texts.length > 1 ? [...texts, texts.join()] : texts).map((text) => [name, text] as const);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** Each text that follows another one and a colon, as in JSON, wherever that is and whatever stands around it. */
function namedTexts(text: string): readonly (readonly [string, string])[] {
  const found: [string, string][] = [];
  let name: string | undefined;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at)) {
    const end = endOfText(text, at, '"');
    if (end === undefined) return found;
    const value = unescaped(text.slice(at, end));
    if (name !== undefined) found.push([name, value]);
    const next = text.indexOf('"', end);
    name = text.slice(end, next < 0 ? end : next).trim() === ':' ? value : undefined;
    at = end;
  }
  return found;
}

function unescaped(json: string): string {
  try {
    return String(JSON.parse(json));
  } catch {
    return json.slice(1, -1);
  }
}

function isQuery(name: string): boolean {
  // Most names are plain, and other ones.
  if (/^[ -$&-~]*$/.test(name) && !/query/i.test(name)) return false;
  const own = name.replace(INDEX, '');
  return own === 'query' || foldText(own) === 'query' || parameterRoots(own).includes('query');
}

/** Whether one of many texts may change something; `areMeantAsOne` as in {@link mayChange}. */
function anyMayChange(texts: readonly string[], areMeantAsOne = true): boolean {
  const worded = texts.filter((text) => WORD.test(text));
  if (worded.length > MAX_FIELDS) return worded.some((text) => hasChangingWord(text));
  return worded.some((text) => mayChange(text, areMeantAsOne));
}

/** `isMeantAsOne`: also what does not begin as a document does is read as one. */
function mayChange(text: string, isMeantAsOne = true): boolean {
  if (!WORD.test(text)) return false;
  const document = readDocument(text);
  if (document === undefined) {
    const readings = text.length > MAX_TEXT ? [text] : LINE_ENDS.map((lineEnd) => outsideStrings(text, lineEnd));
    return readings.some((outside) => (isMeantAsOne || beginsDocument(outside)) && hasChangingWord(outside));
  }
  return document.definitions.some(
    (definition) => definition.kind === 'OperationDefinition' && definition.operation !== 'query',
  );
}

function hasChangingWord(text: string): boolean {
  const at = text.search(CHANGING);
  return at >= 0 && text.includes('{', at);
}

/**
 * The text without GraphQL's strings and comments, of which a `#` stays. A string that is not closed stays as it is, with all
 * that follows.
 */
function outsideStrings(text: string, lineEnd: RegExp): string {
  let outside = '';
  let at = 0;
  for (;;) {
    const next = nextOf(text, at, /["#]/);
    outside += `${text.slice(at, next)}${text[next] === '#' ? '#' : ' '}`;
    if (next === text.length) return outside;
    const quote = text.startsWith('"""', next) ? '"""' : '"';
    const end = text[next] === '#' ? nextOf(text, next, lineEnd) : endOfText(text, next, quote);
    if (end === undefined) return outside + text.slice(next);
    at = end;
  }
}

/** What ends a comment: whatever some parser takes for the end of its line, or only what GraphQL does. */
const LINE_ENDS: readonly RegExp[] = [/[^\P{Cc}\t]|[\u2028\u2029]/u, /[\n\r]/];

/** Where the first one from here on stands; the end of the text without any. */
function nextOf(text: string, from: number, what: RegExp): number {
  const at = text.slice(from).search(what);
  return at < 0 ? text.length : from + at;
}

/** Behind the closing quotation marks; undefined where there are none. */
function endOfText(text: string, start: number, quote: string): number | undefined {
  const from = start + quote.length;
  for (let at = text.indexOf(quote, from); at >= 0; at = text.indexOf(quote, at + 1)) {
    const backslashes = backslashesBefore(text, at, from);
    // In a block string a backslash before the marks is theirs, however many there are: GraphQL, 2.9.4.
    if (quote === '"' ? backslashes % 2 === 0 : backslashes === 0) return at + quote.length;
  }
  return undefined;
}

function backslashesBefore(text: string, at: number, from: number): number {
  let start = at;
  while (start > from && text[start - 1] === '\\') start -= 1;
  return at - start;
}
