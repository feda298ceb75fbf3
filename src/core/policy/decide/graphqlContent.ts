import { hiddenQuery } from '../../request/parts/hiddenQuery.ts';
import { type JsonValue, readJson } from '../../request/parts/jsonText.ts';
import { parameterRoots } from '../../request/parts/parameters.ts';
import { foldText } from '../patterns/fold.ts';
import { type GraphqlRequest, readDocument } from './graphql.ts';
import { formPairs } from './pairFields.ts';

/** A larger body is not taken apart at every decision: its words count wherever they stand. In UTF-16 code units. */
const MAX_READ = 1024 * 1024;
/** The same for one with more names or items. A batch of more documents than are kept is no batch to any server. */
const JSON_LIMITS = { names: 20_000, items: 100_000, kept: 10_000 };

/** The words that begin what changes something or keeps on. */
const WORD = /mutation|subscription/;
const CHANGING = /(?<![_0-9A-Za-z$@])(?:mutation|subscription)(?![_0-9A-Za-z])/g;

/**
 * Whether a request carries a GraphQL document that may change something, wherever it goes: many APIs have their endpoint
 * at a path that says nothing of GraphQL. A document stands in a parameter, field or member `query`, or is the whole body.
 * What cannot be parsed counts where it has one of the words `mutation` and `subscription` outside of strings and comments
 * with a brace behind it; a search or a prompt that is no document does not.
 */
export function carriesGraphqlChange(request: GraphqlRequest): boolean {
  return documentsIn(request).some(mayChange);
}

function documentsIn({ segments = [], query, body, headers }: GraphqlRequest): readonly string[] {
  const found = queriesAmong([...query, ...hiddenQuery(segments)]);
  if (body === undefined || !mayHoldWord(body)) return found;
  if (body.text.length > MAX_READ) return [...found, body.text.replaceAll('"', ' ')];
  if (body.kind === 'form') return [...found, ...queriesAmong(formPairs(body.text) ?? [])];
  const json = readJson(body.text, JSON_LIMITS);
  if (json !== undefined) return [...found, ...inJson(json)];
  // Some servers go by the content: a text that is like JSON, a form or a document is one to them.
  return [
    ...found,
    ...queriesAmong(namedTexts(body.text)),
    ...queriesAmong(formPairs(body.text) ?? []),
    ...(isDocument(headers) || readDocument(body.text) !== undefined ? [body.text] : []),
  ];
}

/** Most bodies have no such word. Those that we wrote escape no letter of it. */
function mayHoldWord({ kind, text }: NonNullable<GraphqlRequest['body']>): boolean {
  return WORD.test(text) || (kind === 'text' && /[\\%]/.test(text));
}

function isDocument(headers: GraphqlRequest['headers']): boolean {
  return headers?.some(([name, value]) => name === 'content-type' && /graphql/i.test(value)) === true;
}

function queriesAmong(pairs: readonly (readonly [string, string])[]): readonly string[] {
  return pairs.filter(([name]) => isQuery(name)).map(([, value]) => value);
}

/** The members `query` of an object, or of each in a list. */
function inJson(json: JsonValue): readonly string[] {
  return (json.kind === 'array' ? json.items : [json]).flatMap((one) =>
    one.kind === 'object'
      ? [...one.fields].flatMap(([name, value]) => (isQuery(name) && value.kind === 'string' ? [value.text] : []))
      : [],
  );
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
  return name === 'query' || foldText(name) === 'query' || parameterRoots(name).includes('query');
}

function mayChange(text: string): boolean {
  if (!WORD.test(text)) return false;
  const document = readDocument(text);
  if (document === undefined) return hasChangingWord(outsideStrings(text));
  return document.definitions.some(
    (definition) => definition.kind === 'OperationDefinition' && definition.operation !== 'query',
  );
}

function hasChangingWord(text: string): boolean {
  const lastBrace = text.lastIndexOf('{');
  for (const { index } of text.matchAll(CHANGING)) if (index < lastBrace) return true;
  return false;
}

/**
 * The text without GraphQL's strings and comments. A string that is not closed stays as it is, with all that follows. A
 * comment ends with whatever some parser takes for the end of its line.
 */
function outsideStrings(text: string): string {
  let outside = '';
  let at = 0;
  for (;;) {
    const next = nextOf(text, at, /["#]/g);
    outside += `${text.slice(at, next)} `;
    if (next === text.length) return outside;
    const quote = text.startsWith('"""', next) ? '"""' : '"';
    const end = text[next] === '#' ? nextOf(text, next, LINE_END) : endOfText(text, next, quote);
    if (end === undefined) return outside + text.slice(next);
    at = end;
  }
}

const LINE_END = /[^\P{Cc}\t]|[\u2028\u2029]/gu;

/** Where the first one from here on stands; the end of the text without any. */
function nextOf(text: string, from: number, what: RegExp): number {
  const pattern = new RegExp(what);
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}

/** Behind the closing quotation marks; undefined where there are none. A backslash takes the meaning of the next character. */
function endOfText(text: string, start: number, quote: string): number | undefined {
  for (let at = start + quote.length; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text.startsWith(quote, at)) return at + quote.length;
  }
  return undefined;
}
