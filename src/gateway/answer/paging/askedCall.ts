import type { Call } from '../../../core/request/arguments/call.ts';
import { at, isObject, wholeNumber } from './members.ts';
import { dividedPath, parametersOf } from './writtenQuery.ts';

/** The call that was answered, as far as the next one repeats it. */
export type RepeatableCall = Pick<Call, 'service' | 'method' | 'path' | 'query' | 'select' | 'maxChars'> &
  Partial<Pick<Call, 'tool' | 'headers' | 'json' | 'form' | 'text' | 'reason'>>;

/** The same, with the parameters that it wrote as text: an answer is looked through for a hundred names, and they are read once. */
export interface AskedCall extends RepeatableCall {
  readonly inPath: ReadonlyMap<string, string>;
  readonly inForm: ReadonlyMap<string, string>;
}

export function askedCall(call: RepeatableCall): AskedCall {
  const [, query = ''] = dividedPath(call.path);
  const form = typeof call.form === 'string' ? call.form : '';
  return { ...call, inPath: parametersOf(query), inForm: parametersOf(form) };
}

/** The value of a parameter of the call, wherever it stands: in the query, the form or the JSON body. */
export function askedFor(asked: AskedCall, name: string): unknown {
  return (
    asked.inPath.get(name) ??
    at(asked.query, name) ??
    (typeof asked.form === 'string' ? asked.inForm.get(name) : at(asked.form, name)) ??
    at(asked.json, name)
  );
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
