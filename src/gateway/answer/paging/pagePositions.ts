import type { Incoming } from '../../http/message.ts';
import { partsOf } from './answerParts.ts';
import { type AskedCall, besideSize, pageSize, sentAs } from './askedCall.ts';
import type { Continuation, Parameter, Step } from './continuation.ts';
import { at, atPointer, isObject, type Members, plainName, wholeNumber } from './members.ts';
import { saysMore } from './moreFlags.ts';

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
/** Other words for it, on which nothing is built but a hint. */
const LIKELY_TOTALS: ReadonlySet<string> = new Set(
  [...TOTALS, 'count', 'totalEntries', 'totalHits', 'numResults', 'estimatedTotalHits', 'resultCount'].map(plainName),
);
const PAGES = ['page', 'page_number', 'pageNumber', 'pageIndex', '_page', 'p', 'pageNo', 'page_no', 'currentPage'];
const PAGE_IN_BRACKETS = 'page[number]';
/** How answers call the page that they are. */
const CURRENT = ['page', 'current_page', 'currentPage', 'page_number', 'pageNumber', 'number', 'pageIndex'];
const LAST_PAGES = [
  ...['total_pages', 'totalPages', 'pages', 'page_count', 'pageCount', 'nbPages', 'num_pages', 'last_page', 'lastPage'],
];
/** What a call sends that goes on by cursors, whatever its answers count. */
const CURSORS = /cursor|token|marker|scroll/;
/** What a call sends that does not want the first rows of a list. */
const PLACES = /page|cursor|token|offset|start|after|before|marker|skip|continu|scroll|since|until/;

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

/** Of a list that begins at its first row: that it has more rows than the answer, in words; how to get them is not said. */
export function tellsOfMore({ asked, body, headers, rows }: Positioned): string | undefined {
  const list = atPointer(body, rows);
  const count = Array.isArray(list) ? list.length : 0;
  const size = plainName(pageSize(asked)?.name ?? '');
  if (count === 0 || [...asked.sentNames.keys()].some((name) => name !== size && PLACES.test(name))) return undefined;
  const range = /^(?:\w+ )?0-\d+\/(\d+)$/.exec(headers.find(([name]) => name === 'content-range')?.[1] ?? '')?.[1];
  // A page's own account as JSON in a header, as .NET services have it.
  const written = headers.find(([name]) => name === 'x-pagination')?.[1] ?? '';
  const totals = [
    wholeNumber(range),
    wholeNumber(/"total_?(?:count|items|records)"\s*:\s*(\d{1,15})\b/i.exec(written)?.[1]),
    headerNumber(headers, 'x-total-count', 'x-total'),
    ...partsOf(body, rows).flatMap(({ members }) =>
      Object.entries(members).map(([name, value]) => (LIKELY_TOTALS.has(plainName(name)) ? wholeNumber(value) : 0)),
    ),
  ];
  const total = Math.max(...totals.map((one) => one ?? 0));
  return total > count ? `it has ${count} rows of ${total}` : undefined;
}

function byOffset({ asked, body, headers, rows }: Positioned, count: number): Continuation | undefined {
  const containers = containersOf(body, rows);
  const byCursors = [...asked.sentNames.keys()].some((name) => CURSORS.test(name));
  for (const name of OFFSETS) {
    const own = sentAs(asked, name);
    const sent = wholeNumber(own?.value);
    const container = containers.find((members) => wholeNumber(members[name]) !== undefined) ?? containers[0] ?? {};
    const told = wholeNumber(container[name]);
    const parameter =
      sent !== undefined
        ? own?.name
        : told === undefined || byCursors
          ? undefined
          : parameterOf(asked, name, container);
    if (parameter === undefined) continue;
    if (told !== undefined && sent !== undefined && told !== sent) return ignored(rows, name);
    const first = FROM_ONE.has(name) ? 1 : 0;
    const start = sent ?? told ?? first;
    const behind = (kept: number): Step => ({ set: [{ name: parameter, value: start + kept }] });
    const total = totalOf(container, body, headers);
    const isFull = count >= (pageSize(asked)?.size ?? numberOf(container, LIMITS) ?? 1);
    const hasMore = count > 0 && (saysMore(body) ?? (total === undefined ? isFull : start - first + count < total));
    return { rows, behind, ...(hasMore ? { whole: behind(count) } : {}) };
  }
  return undefined;
}

/** The parameter for what an answer tells as its offset, where nobody sent one yet; undefined where that is not certain. */
function parameterOf(asked: AskedCall, name: string, container: Members): Parameter['name'] | undefined {
  // CouchDB tells an offset and takes a number to skip.
  if (name === 'offset' && container.total_rows !== undefined && container.rows !== undefined) return 'skip';
  // Auth0 tells where a page starts and takes its number.
  if (name === 'start' && container.length !== undefined) return undefined;
  // Solr.
  if (name === 'start' && container.numFound !== undefined) return name;
  return numberOf(container, LIMITS) === undefined || name === 'from' ? undefined : besideSize(asked, name);
}

function byPage({ asked, body, headers, rows }: Positioned, count: number): Continuation | undefined {
  const own = [...PAGES, PAGE_IN_BRACKETS]
    .map((name) => sentAs(asked, name))
    .find((sent) => wholeNumber(sent?.value) !== undefined);
  const sent = wholeNumber(own?.value);
  const containers = containersOf(body, rows);
  const saying = containers.find(
    (container) =>
      numberOf(container, CURRENT) !== undefined &&
      numberOf(container, [...LAST_PAGES, ...LIMITS, ...TOTALS, 'next_page', 'nextPage']) !== undefined,
  );
  // Which page came says the API itself, wherever it does.
  const shown = saying && numberOf(saying, CURRENT);
  if (shown !== undefined && sent !== undefined && shown !== sent) {
    return ignored(rows, typeof own?.name === 'string' ? own.name : (own?.name.query ?? ''));
  }
  for (const container of saying ? [saying, ...containers] : containers) {
    const told = numberOf(container, CURRENT);
    const last = numberOf(container, LAST_PAGES) ?? headerNumber(headers, 'x-total-pages', 'x-wp-totalpages');
    const size = pageSize(asked)?.size ?? numberOf(container, LIMITS) ?? headerNumber(headers, 'x-per-page');
    const total = totalOf(container, body, headers);
    // GitLab's is there and empty on the last page.
    const inHeader = headers.find(([name]) => name === 'x-next-page')?.[1];
    const next = wholeNumber(inHeader ?? container.next_page ?? container.nextPage);
    const says = told !== undefined && (last !== undefined || size !== undefined || next !== undefined);
    const isWordPress = headerNumber(headers, 'x-wp-totalpages') !== undefined;
    if (sent === undefined && !says && !isWordPress && inHeader === undefined) continue;
    const parameter = own?.name ?? pageParameter(asked, container, body);
    const fromZero = told === 0 || sent === 0 || container.nbPages !== undefined || isSpring(container, body);
    const current = sent ?? told ?? (fromZero ? 0 : 1);
    const done = fromZero ? current + 1 : current;
    const isShort = size !== undefined && count < size;
    const hasMore =
      count > 0 &&
      (saysMore(body) ??
        (next !== undefined || inHeader !== undefined
          ? (next ?? 0) > current
          : last !== undefined
            ? done < last && !(isShort && total !== undefined)
            : total !== undefined && size !== undefined
              ? done * size < total
              : size !== undefined && !isShort));
    if (!hasMore) return { rows };
    if (parameter === undefined) {
      return { rows, uncertain: `it is page ${current}${last === undefined ? '' : ` of ${last}`}` };
    }
    return { rows, whole: { set: [{ name: parameter, value: next ?? current + 1 }] } };
  }
  return undefined;
}

/** The parameter of a page that nobody asked for by its number: undefined where an API may well call it otherwise. */
function pageParameter(asked: AskedCall, container: Members, body: unknown): Parameter['name'] | undefined {
  const isStrapi = ['page', 'pageSize', 'pageCount', 'total'].every(
    (name) => wholeNumber(container[name]) !== undefined,
  );
  if (isStrapi && at(body, 'meta', 'pagination') === container) return 'pagination[page]';
  if (container.page_number !== undefined) return besideSize(asked, 'page_number');
  const isUnclear = ['pageNumber', 'pageIndex', 'currentPage'].some((name) => container[name] !== undefined);
  return isUnclear && !isSpring(container, body) ? undefined : besideSize(asked, 'page');
}

/** An API that does not go where it was asked to go answers the same page for ever. */
function ignored(rows: string, name: string): Continuation {
  return { rows, uncertain: `the API did not go where the parameter ${JSON.stringify(name)} says` };
}

function isSpring(container: Members, body: unknown): boolean {
  return container.number !== undefined && (at(body, 'totalPages') ?? at(body, 'page', 'totalPages')) !== undefined;
}

function containersOf(body: unknown, rows: string): readonly Members[] {
  // A bare list tells nothing; what was asked, and headers, still may.
  return isObject(body) ? partsOf(body, rows).map(({ members }) => members) : [{}];
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
