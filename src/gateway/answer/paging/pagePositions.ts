import type { Incoming } from '../../http/message.ts';
import { type AskedCall, askedFor, pageSize } from './askedCall.ts';
import type { Continuation, Step } from './continuation.ts';
import { at, atPointer, isObject, type Members, wholeNumber } from './members.ts';
import { saysMore } from './moreFlags.ts';

/** Where APIs say which part of a list a page is. */
const CONTAINERS: readonly (readonly string[])[] = [
  [],
  ['meta'],
  ['pagination'],
  ['paging'],
  ['page'],
  ['page_info'],
  ['pageInfo'],
  ['result_info'],
  ['metadata'],
  ['meta', 'pagination'],
  ['meta', 'page'],
  ['data'],
  ['data', 'pagination'],
  ['response'],
  ['additional_data', 'pagination'],
];

/** Names of the number of rows before a page, each with whether it counts from one. */
const OFFSETS = [
  'offset',
  'startAt',
  'start_at',
  'skip',
  '$skip',
  'start',
  'from',
  'startIndex',
  'start_index',
  '_start',
];
const FROM_ONE: ReadonlySet<string> = new Set(['startIndex', 'start_index']);
const LIMITS = [
  ...['limit', 'maxResults', 'max_results', 'count', 'size', 'pageSize', 'page_size', 'per_page', 'perPage'],
  ...['itemsPerPage', 'items_per_page', 'rows', 'hitsPerPage'],
];
const TOTALS = [
  ...['total', 'total_count', 'totalCount', 'totalResults', 'total_results', 'totalItems', 'total_items', 'numFound'],
  ...[
    'total_rows',
    'totalRows',
    'totalSize',
    'total_size',
    'totalRecords',
    'total_records',
    'totalElements',
    'nbHits',
    'found',
  ],
];
const PAGES = ['page', 'page_number', 'pageNumber', 'pageIndex', '_page', 'p', 'pageNo', 'page_no', 'page[number]'];
const CURRENT = ['page', 'current_page', 'currentPage', 'page_number', 'pageNumber', 'number', 'pageIndex'];
const LAST_PAGES = [
  ...['total_pages', 'totalPages', 'pages', 'page_count', 'pageCount', 'nbPages', 'num_pages', 'last_page', 'lastPage'],
];

interface Positioned {
  readonly asked: AskedCall;
  readonly body: unknown;
  readonly headers: Incoming['headers'];
  /** Where the rows are. */
  readonly rows: string;
}

/** How a list goes on whose parts are counted: in rows or in pages. Undefined for one that says nothing of it. */
export function positionOf(page: Positioned): Continuation | undefined {
  const rows = atPointer(page.body, page.rows);
  if (!Array.isArray(rows)) return undefined;
  return byOffset(page, rows.length) ?? byPage(page, rows.length);
}

function byOffset({ asked, body, headers, rows }: Positioned, count: number): Continuation | undefined {
  for (const container of containersOf(body)) {
    for (const name of OFFSETS) {
      const told = wholeNumber(container[name]);
      const own = wholeNumber(askedFor(asked, name));
      const parameter = own !== undefined ? name : told === undefined ? undefined : parameterOf(name, container);
      if (parameter === undefined) continue;
      if (told !== undefined && own !== undefined && told !== own) return ignored(rows, name);
      const first = FROM_ONE.has(name) ? 1 : 0;
      const start = own ?? told ?? first;
      const behind = (kept: number): Step => ({ set: [{ name: parameter, value: start + kept }] });
      const total = totalOf(container, body, headers);
      const isFull = count >= (pageSize(asked)?.size ?? numberOf(container, LIMITS) ?? 1);
      const hasMore = count > 0 && (saysMore(body) ?? (total === undefined ? isFull : start - first + count < total));
      return { rows, behind, ...(hasMore ? { whole: behind(count) } : {}) };
    }
  }
  return undefined;
}

/** The parameter for what an answer tells as its offset, where nobody sent one yet; undefined where that is not certain. */
function parameterOf(name: string, container: Members): string | undefined {
  // CouchDB tells an offset and takes a number to skip.
  if (name === 'offset' && container.total_rows !== undefined && container.rows !== undefined) return 'skip';
  // Auth0 tells where a page starts and takes its number.
  if (name === 'start' && container.length !== undefined) return undefined;
  // Solr.
  if (name === 'start' && container.numFound !== undefined) return name;
  return numberOf(container, LIMITS) === undefined || name === 'from' ? undefined : name;
}

function byPage({ asked, body, headers, rows }: Positioned, count: number): Continuation | undefined {
  const own = PAGES.map((name) => ({ name, value: wholeNumber(askedFor(asked, name)) })).find(
    ({ value }) => value !== undefined,
  );
  for (const container of containersOf(body)) {
    const told = numberOf(container, CURRENT);
    const last = numberOf(container, LAST_PAGES) ?? headerNumber(headers, 'x-total-pages', 'x-wp-totalpages');
    const size = pageSize(asked)?.size ?? numberOf(container, LIMITS) ?? headerNumber(headers, 'x-per-page');
    const total = totalOf(container, body, headers);
    const next = wholeNumber(container.next_page ?? container.nextPage);
    const says = told !== undefined && (last !== undefined || size !== undefined || next !== undefined);
    if (own === undefined && !says && !(last !== undefined && headerNumber(headers, 'x-wp-totalpages') !== undefined))
      continue;
    const parameter =
      own?.name ??
      (container.page_number !== undefined
        ? 'page_number'
        : container.pageNumber !== undefined
          ? 'pageNumber'
          : 'page');
    if (told !== undefined && own?.value !== undefined && told !== own.value) return ignored(rows, parameter);
    const fromZero = told === 0 || own?.value === 0 || container.nbPages !== undefined || isSpring(container, body);
    const current = own?.value ?? told ?? (fromZero ? 0 : 1);
    const done = fromZero ? current + 1 : current;
    const isShort = size !== undefined && count < size;
    const hasMore =
      count > 0 &&
      (saysMore(body) ??
        (next !== undefined
          ? next > current
          : last !== undefined
            ? done < last && !(isShort && total !== undefined)
            : total !== undefined && size !== undefined
              ? done * size < total
              : size !== undefined && !isShort));
    return { rows, ...(hasMore ? { whole: { set: [{ name: parameter, value: next ?? current + 1 }] } } : {}) };
  }
  return undefined;
}

/** An API that does not go where it was asked to go answers the same page for ever. */
function ignored(rows: string, name: string): Continuation {
  return { rows, uncertain: `the API did not go where the parameter ${JSON.stringify(name)} says` };
}

function isSpring(container: Members, body: unknown): boolean {
  return container.number !== undefined && (at(body, 'totalPages') ?? at(body, 'page', 'totalPages')) !== undefined;
}

function containersOf(body: unknown): readonly Members[] {
  const found = CONTAINERS.map((place) => at(body, ...place)).filter(isObject);
  // A bare list tells nothing; what was asked, and headers, still may.
  return found.length === 0 ? [{}] : found;
}

function totalOf(container: Members, body: unknown, headers: Incoming['headers']): number | undefined {
  return (
    numberOf(container, TOTALS) ??
    (isObject(body) ? numberOf(body, TOTALS) : undefined) ??
    headerNumber(headers, 'x-total-count', 'x-total', 'x-wp-total')
  );
}

function numberOf(members: Members, names: readonly string[]): number | undefined {
  return names.map((name) => wholeNumber(members[name])).find((value) => value !== undefined);
}

function headerNumber(headers: Incoming['headers'], ...names: readonly string[]): number | undefined {
  return wholeNumber(headers.find(([name]) => names.includes(name))?.[1]);
}
