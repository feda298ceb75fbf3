import type {
  DocumentNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql/language/ast.js';
import { parse } from 'graphql/language/parser.js';
import { hiddenQuery } from '../../request/parts/hiddenQuery.ts';
import { type JsonValue, readJson } from '../../request/parts/jsonText.ts';
import { parameterRoots } from '../../request/parts/parameters.ts';
import type { CanonicalRequest } from '../../request/parts/requestModel.ts';
import type { GraphqlScope, OperationType } from '../model/restrictionModel.ts';
import { foldText } from '../patterns/fold.ts';
import { formPairs } from './pairFields.ts';

/** What a request asks of a GraphQL endpoint: every root field of every operation in every document. */
export interface GraphqlAsk {
  readonly type: OperationType;
  readonly field: string;
}

export type GraphqlRequest = Pick<CanonicalRequest, 'method' | 'query' | 'body'> &
  Partial<Pick<CanonicalRequest, 'segments' | 'headers'>>;

const MAX_CHARACTERS = 100_000;
/** In all documents of a batch together. */
const MAX_TOKENS = 10_000;
const MAX_DEPTH = 64;
const MAX_BATCH = 50;

/** What a GraphQL request has, as GraphQL over HTTP has it. */
const PARAMETERS: ReadonlySet<string> = new Set(['query', 'operationName', 'variables', 'extensions']);

const FOLDED_PARAMETERS: ReadonlySet<string> = new Set([...PARAMETERS].map((name) => name.toLowerCase()));

/**
 * By which servers take a document, or one that is stored with them, in folded form and without underscores: names that are
 * put together of these words, such as `queryHash`, `persistedQueryId` and `doc_id`. `operations` is the whole request in one
 * text, as for uploads: https://github.com/jaydenseric/graphql-multipart-request-spec
 */
const STORED =
  /^(?:(?:persist(?:ed|ent)|stored|saved|trusted)?(?:doc(?:ument)?|query|operation|op|mutation|q)?(?:id|hash|sha|sha256|sha256hash)|(?:persist(?:ed|ent)|stored|saved|trusted)(?:doc(?:ument)?|query|operation|op|mutation)?|op(?:eration|erations|name)?|doc(?:ument)?|mutation|apq|pq)$/;

function namesStored(folded: string): boolean {
  return STORED.test(folded.replaceAll('_', ''));
}

/**
 * Every root field that a request may run, whatever `operationName`, `@skip` and `@include` say. Undefined when that
 * cannot be told: a document that cannot be parsed, a persisted query, a body that is not GraphQL over HTTP.
 */
export function graphqlAsks(request: GraphqlRequest): readonly GraphqlAsk[] | undefined {
  const documents = documentsOf(request);
  if (documents === undefined) return undefined;
  const asks: GraphqlAsk[] = [];
  let tokens = MAX_TOKENS;
  for (const text of documents) {
    const document = readDocument(text, tokens);
    const found = document && asksOf(document);
    if (found === undefined) return undefined;
    asks.push(...found);
    tokens -= document?.tokenCount ?? tokens;
  }
  return asks;
}

/** Whether a request stays within a scope, for an allow rule. */
export function withinScope(asks: readonly GraphqlAsk[] | undefined, scope: GraphqlScope): boolean {
  return asks?.every((ask) => inScope(ask, scope)) === true;
}

/** Whether a request may touch a scope, for a deny or ask rule. */
export function touchesScope(asks: readonly GraphqlAsk[] | undefined, scope: GraphqlScope): boolean {
  return asks === undefined || asks.some((ask) => inScope(ask, scope));
}

function inScope({ type, field }: GraphqlAsk, { operations, fields }: GraphqlScope): boolean {
  return operations.includes(type) && (fields === undefined || fields.includes(field));
}

/** The documents of a request, one or more. */
function documentsOf({ method, segments = [], query, body }: GraphqlRequest): readonly string[] | undefined {
  // What some server takes for a query is read by no other.
  if (hiddenQuery(segments).some(([name]) => isGraphqlParameter(name))) return undefined;
  if (body === undefined) return method === 'GET' || method === 'HEAD' ? inPairs(query) : undefined;
  // Many servers take the document from the query, even where there is a body.
  if (query.some(([name]) => isGraphqlParameter(name))) return undefined;
  if (body.kind === 'form') {
    const pairs = formPairs(body.text);
    return pairs === undefined ? undefined : inPairs(pairs);
  }
  if (body.kind !== 'json' || body.text.length > MAX_CHARACTERS) return undefined;
  const json = readJson(body.text);
  const batch = json?.kind === 'array' ? json.items : json === undefined ? [] : [json];
  if (batch.length === 0 || batch.length > MAX_BATCH) return undefined;
  const documents: string[] = [];
  for (const one of batch) {
    const document = inObject(one);
    if (document === undefined) return undefined;
    documents.push(document);
  }
  return documents;
}

/** Whether a server may take a parameter of this name for a part of a GraphQL request. */
export function isGraphqlParameter(name: string): boolean {
  return parameterRoots(name).some((root) => namesStored(root) || FOLDED_PARAMETERS.has(root));
}

function inPairs(pairs: readonly (readonly [string, string])[]): readonly string[] | undefined {
  let document: string | undefined;
  const seen = new Set<string>();
  for (const [name, value] of pairs) {
    if (!isGraphqlParameter(name)) continue;
    if (!PARAMETERS.has(name) || seen.has(name)) return undefined;
    seen.add(name);
    if (name === 'query') document = value;
    if (name === 'extensions' && !plainExtensions(readJson(value))) return undefined;
  }
  return document === undefined ? undefined : [document];
}

function inObject(json: JsonValue): string | undefined {
  if (json.kind !== 'object') return undefined;
  for (const name of json.fields.keys()) if (!PARAMETERS.has(name)) return undefined;
  const query = json.fields.get('query');
  const extensions = json.fields.get('extensions');
  if (query?.kind !== 'string' || (extensions !== undefined && !plainExtensions(extensions))) return undefined;
  return query.text;
}

function plainExtensions(json: JsonValue | undefined): boolean {
  if (json?.kind === 'null') return true;
  return json?.kind === 'object' && ![...json.fields.keys()].some((name) => namesStored(foldText(name)));
}

function asksOf(document: DocumentNode): readonly GraphqlAsk[] | undefined {
  const operations: OperationDefinitionNode[] = [];
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === 'OperationDefinition') operations.push(definition);
    else if (definition.kind !== 'FragmentDefinition' || fragments.has(definition.name.value)) return undefined;
    else fragments.set(definition.name.value, definition);
  }
  if (operations.length === 0) return undefined;
  const asks: GraphqlAsk[] = [];
  for (const { operation, selectionSet } of operations) {
    const fields = rootFields(selectionSet, fragments);
    if (fields === undefined) return undefined;
    for (const field of fields) asks.push({ type: operation, field });
  }
  return asks;
}

/** Each fragment is followed once, so that one in a circle ends. Undefined for one that is not there. */
function rootFields(
  root: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): ReadonlySet<string> | undefined {
  const fields = new Set<string>();
  const followed = new Set<string>();
  const open = [root];
  for (let set = open.pop(); set !== undefined; set = open.pop()) {
    for (const selection of set.selections) {
      if (selection.kind === 'Field') fields.add(selection.name.value);
      else if (selection.kind === 'InlineFragment') open.push(selection.selectionSet);
      else {
        const fragment = fragments.get(selection.name.value);
        if (fragment === undefined) return undefined;
        if (followed.has(selection.name.value)) continue;
        followed.add(selection.name.value);
        open.push(fragment.selectionSet);
      }
    }
  }
  return fields;
}

/** A document as this parser reads it; undefined where it cannot, where it is large, and where others may read another one. */
export function readDocument(text: string, maxTokens = MAX_TOKENS): DocumentNode | undefined {
  if (text.length > MAX_CHARACTERS || nesting(text) > MAX_DEPTH) return undefined;
  const hasComments = text.includes('#');
  try {
    const document = parse(text, { noLocation: !hasComments, maxTokens });
    return hasComments && commentsMayEndEarlier(document) ? undefined : document;
  } catch {
    return undefined;
  }
}

/** What some parser takes for the end of a line: anything that a text has for controlling it, and the two of Unicode. */
const LINE_END = /[^\P{Cc}\t]|[\u2028\u2029]/u;

/**
 * Whether a comment holds what ends a line for another parser, so that what follows is a part of the document there. Older
 * ones of Java take U+2028 and U+2029 for that, as the specification of 2015 did, and some take no carriage return alone.
 */
function commentsMayEndEarlier({ loc }: DocumentNode): boolean {
  for (let token = loc?.startToken; token; token = token.next ?? undefined) {
    if (token.kind !== 'Comment') continue;
    const after = loc?.source.body.slice(token.end, token.end + 2);
    if (LINE_END.test(token.value) || (after?.startsWith('\r') && after !== '\r\n')) return true;
  }
  return false;
}

/** The deepest that brackets lie in each other, counting those inside texts too: the parser calls itself for each. */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const character of text) {
    if (character === '{' || character === '[' || character === '(') deepest = Math.max(deepest, ++depth);
    else if (character === '}' || character === ']' || character === ')') depth -= 1;
  }
  return deepest;
}
