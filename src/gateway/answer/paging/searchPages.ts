import { type AskedCall, askedFor } from './askedCall.ts';
import type { Continuation, Step } from './continuation.ts';
import { at, isObject, textAt, wholeNumber } from './members.ts';

/** Fields whose values no two documents share, so that a sort that ends with one leaves no doubt what comes next. */
const UNIQUE = /(^|[._])(_?id|_doc|_shard_doc|uuid|guid|key|seq|number|name|slug)$/i;

/**
 * Elasticsearch and OpenSearch: behind the sort values of a hit, or behind so many hits.
 * https://www.elastic.co/docs/reference/elasticsearch/rest-apis/paginate-search-results
 */
export function searchContinuation(asked: AskedCall, body: unknown): Continuation | undefined {
  const hits = at(body, 'hits', 'hits');
  if (!Array.isArray(hits)) return undefined;
  const rows = '/hits/hits';
  const total = wholeNumber(at(body, 'hits', 'total', 'value') ?? at(body, 'hits', 'total'));
  const size = wholeNumber(askedFor(asked, 'size')) ?? 10;
  const scroll = askedFor(asked, 'scroll') === undefined ? undefined : textAt(body, '_scroll_id');
  if (scroll !== undefined) {
    const how = 'POST /_search/scroll takes it as scroll_id';
    return { rows, ...(hits.length === 0 ? {} : { uncertain: `"_scroll_id" is ${JSON.stringify(scroll)}: ${how}` }) };
  }
  const isSorted = hits.length > 0 && hits.every((hit) => Array.isArray(at(hit, 'sort')));
  if (isSorted && isObject(asked.json)) {
    const isFull = hits.length >= size;
    if (!endsUnique(asked, hits)) {
      const why = 'the sort has no last field that no two documents share, without which hits may be left out';
      return { rows, ...(isFull ? { uncertain: `${why}: add one such as {"_id": "asc"} and begin again` } : {}) };
    }
    const behind = (kept: number): Step => ({
      set: [{ name: 'search_after', value: at(hits[kept - 1], 'sort'), without: ['from'] }],
    });
    return { rows, behind, ...(isFull ? { whole: behind(hits.length) } : {}) };
  }
  const from = wholeNumber(askedFor(asked, 'from')) ?? 0;
  const behind = (kept: number): Step => ({ set: [{ name: 'from', value: from + kept }] });
  const isOver = hits.length === 0 || total === undefined || from + hits.length >= total;
  return { rows, behind, ...(isOver ? {} : { whole: behind(hits.length) }) };
}

/** Whether the place behind a hit is certain: a point in time adds what tells hits apart, and so does a field like an id. */
function endsUnique(asked: AskedCall, hits: readonly unknown[]): boolean {
  const sort = at(asked.json, 'sort');
  const fields = Array.isArray(sort) ? sort : [sort];
  const last: unknown = fields.at(-1);
  const name = typeof last === 'string' ? last.split(':', 1)[0] : isObject(last) ? Object.keys(last).at(-1) : undefined;
  const ends = hits.map((hit) => JSON.stringify(at(hit, 'sort')));
  if (new Set(ends).size < ends.length) return false;
  return at(asked.json, 'pit') !== undefined || (name !== undefined && UNIQUE.test(name));
}
