import { at } from './members.ts';

const MORE = [
  'has_more',
  'hasMore',
  'has_next',
  'hasNext',
  'has_next_page',
  'hasNextPage',
  'more',
  'more_items_in_collection',
  'moreDataAvailable',
];
const LAST = [
  'isLast',
  'is_last',
  'isLastPage',
  'is_last_page',
  'last_page',
  'last',
  'exhausted',
  'end_of_stream',
  'done',
];

const CONTAINERS: readonly (readonly string[])[] = [
  [],
  ['meta'],
  ['pagination'],
  ['paging'],
  ['page'],
  ['page_info'],
  ['pageInfo'],
  ['pagination_metadata'],
  ['meta', 'pagination'],
  ['meta', 'page'],
  ['additional_data', 'pagination'],
];

/** Whether an API itself says that there are more rows; undefined where it does not say. */
export function saysMore(body: unknown): boolean | undefined {
  for (const container of CONTAINERS) {
    for (const name of MORE) {
      const value = at(body, ...container, name);
      if (typeof value === 'boolean') return value;
    }
    for (const name of LAST) {
      const value = at(body, ...container, name);
      if (typeof value === 'boolean') return !value;
    }
  }
  return undefined;
}
