import type { Call } from '../../../core/request/arguments/call.ts';
import type { Parameter } from './continuation.ts';
import { at, isObject, plainName, wholeNumber } from './members.ts';
import { dividedPath, parametersOf } from './writtenQuery.ts';

/** The call that was answered, as far as the next one repeats it. */
export type RepeatableCall = Pick<Call, 'service' | 'method' | 'path' | 'query' | 'select' | 'maxChars'> &
  Partial<Pick<Call, 'tool' | 'headers' | 'json' | 'form' | 'text' | 'reason'>>;

/** The same, with the parameters that it wrote as text: an answer is looked through for a hundred names, and they are read once. */
export interface AskedCall extends RepeatableCall {
  readonly inPath: ReadonlyMap<string, string>;
  readonly inForm: ReadonlyMap<string, string>;
  /** Where its JSON body may say something of pages: the whole of it first. */
  readonly pageParts: readonly PagePart[];
  /** What it sent, by plain names (`page_token` and `pageToken` are one): the first {@link MAX_NAMES} of each kind. */
  readonly sentNames: ReadonlyMap<string, Parameter['name']>;
}

/** Nobody sends a thousand parameters beside those that say something of pages, and each is looked at. */
const MAX_NAMES = 1000;

interface PagePart {
  /** The names on the way. */
  readonly path: readonly string[];
  readonly members: Readonly<Record<string, unknown>>;
}

export function askedCall(call: RepeatableCall): AskedCall {
  const [, query = ''] = dividedPath(call.path);
  const form = typeof call.form === 'string' ? call.form : '';
  const asked = { ...call, inPath: parametersOf(query), inForm: parametersOf(form), pageParts: pageParts(call.json) };
  return { ...asked, sentNames: sentNames(asked) };
}

/** The value of a parameter of the call, wherever it stands: in the query, the form or the JSON body. */
export function askedFor(asked: AskedCall, name: string): unknown {
  return (
    asked.inPath.get(name) ??
    at(asked.query, name) ??
    (typeof asked.form === 'string' ? asked.inForm.get(name) : at(asked.form, name)) ??
    at(asked.json, ...(placeIn(asked, name) ?? [name]))
  );
}

/** Members of a JSON body that hold what is said of its pages, if that does not stand beside everything else. */
const ABOUT_PAGES = /^(page|paging|pager|pagination|page_?info|options|params|query)$/i;
const MAX_DEPTH = 3;
/** Of any other spelling in capitals and small letters there may be hundreds. */
const MAX_PARTS = 20;

function pageParts(json: unknown, path: readonly string[] = []): readonly PagePart[] {
  if (!isObject(json) || path.length === MAX_DEPTH) return [];
  const names = Object.keys(json).filter((name) => ABOUT_PAGES.test(name));
  const inner = names.slice(0, MAX_PARTS).flatMap((name) => pageParts(json[name], [...path, name]));
  return [{ path, members: json }, ...inner].slice(0, MAX_PARTS);
}

/** Where the JSON body has a member of this name, as the names on the way. */
function placeIn({ pageParts }: Pick<AskedCall, 'pageParts'>, name: string): readonly string[] | undefined {
  const found = pageParts.find(
    ({ path, members }) => Object.hasOwn(members, name) && (path.length === 0 || !isObject(members[name])),
  );
  return found && [...found.path, name];
}

interface Sent {
  readonly name: Parameter['name'];
  readonly value: unknown;
}

/** A parameter of the call as it was sent: by its name, or by that in brackets (`page[offset]`) or within a JSON body. */
export function sentAs(asked: AskedCall, name: string): Sent | undefined {
  for (const written of [name, `page[${name}]`, `pagination[${name}]`]) {
    const value = askedFor(asked, written);
    if (value !== undefined) return { name: placed(asked, written), value };
  }
  return undefined;
}

function placed(asked: Pick<AskedCall, 'pageParts'>, name: string): Parameter['name'] {
  const json = placeIn(asked, name);
  return json !== undefined && json.length > 1 ? { query: name, json } : name;
}

function sentNames(asked: Omit<AskedCall, 'sentNames'>): AskedCall['sentNames'] {
  const first = (names: Iterable<string>): string[] => [...names].slice(0, MAX_NAMES);
  const form = first(typeof asked.form === 'string' ? asked.inForm.keys() : Object.keys(asked.form ?? {}));
  const paging = asked.pageParts.flatMap(({ members }) =>
    first(Object.keys(members)).filter((name) => !(ABOUT_PAGES.test(name) && isObject(members[name]))),
  );
  const names = [...first(asked.inPath.keys()), ...first(Object.keys(asked.query ?? {})), ...form, ...paging];
  return new Map(names.map((name) => [plainName(name), placed(asked, name)]));
}

export function isAskedFor(asked: AskedCall, name: string): boolean {
  return askedFor(asked, name) !== undefined;
}

const SIZES = [
  ...['limit', 'per_page', 'perPage', 'page_size', 'pageSize', 'maxResults', 'max_results', 'size', '$top', 'first'],
  ...[
    'PageSize',
    'Limit',
    'MaxResults',
    'MaxItems',
    'hitsPerPage',
    'itemsPerPage',
    'page[size]',
    'page[limit]',
    'count',
  ],
  ...[
    'rows',
    'take',
    'top',
    'pagelen',
    'results_per_page',
    'items_per_page',
    '_limit',
    'number',
    'pagesize',
    'maxItems',
    'ps',
    'perpage',
    'pagination[pageSize]',
    'pagination[limit]',
    'pagination[count]',
  ],
];

/** The parameter with which the call says how long a page is, and how long that is. */
export function pageSize(asked: AskedCall): { readonly name: string; readonly size: number } | undefined {
  for (const name of SIZES) {
    const size = wholeNumber(askedFor(asked, name) ?? at(asked.json, 'variables', name));
    if (size !== undefined) return { name, size };
  }
  return undefined;
}

/**
 * The parameter for a position, by this name, where the call said how long a page is: in the same brackets, or in the same
 * part of a JSON body. An API that takes `page[size]` does not know `page`, and gives the first page again.
 */
export function besideSize(asked: AskedCall, name: string): Parameter['name'] {
  const size = pageSize(asked)?.name ?? '';
  const json = placeIn(asked, size);
  if (json !== undefined && json.length > 1) return { query: name, json: [...json.slice(0, -1), name] };
  const [, outer] = /^(\w+)\[\w+\]$/.exec(size) ?? [];
  if (outer === undefined) return name;
  return `${outer}[${outer === 'page' && name === 'page' ? 'number' : name}]`;
}

/** Words of methods and paths that only read, and those that do something. */
const READS: ReadonlySet<string> = new Set(
  'search,query,list,find,filter,scan,lookup,graphql,describe,get,fetch,browse,report,reports,sync,select,msearch,jql,read,view'.split(
    ',',
  ),
);
const ACTS: ReadonlySet<string> = new Set(
  'create,update,delete,remove,send,post,write,insert,upsert,import,execute,add,put,patch,publish,invite,cancel,set,upload,start,stop,pay'.split(
    ',',
  ),
);

/**
 * Whether the same call, with another place to start from, only reads what is behind. A GET does; a POST only where its
 * path or its method's name says so, since to repeat another one might do something once more.
 */
export function onlyReads(asked: AskedCall): boolean {
  if (asked.method === 'GET') return true;
  if (asked.method !== 'POST') return false;
  if (
    isObject(asked.json) &&
    typeof asked.json.query === 'string' &&
    /\b(mutation|subscription)\b/.test(asked.json.query)
  ) {
    return false;
  }
  const target = Object.entries(asked.headers ?? {}).find(([name]) => name.toLowerCase() === 'x-amz-target')?.[1];
  const segments = dividedPath(asked.path)[0]
    .split('/')
    .filter((segment) => segment !== '');
  const words = wordsOf(target?.split('.').at(-1) ?? segments.slice(-2).join('/'));
  const last = wordsOf(target?.split('.').at(-1) ?? segments.at(-1) ?? '');
  return words.some((word) => READS.has(word)) && !last.some((word) => ACTS.has(word));
}

/** `runQuery`, `list_folder` and `conversations.list` in their words. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase()
    .split(/[^a-z]/);
}
