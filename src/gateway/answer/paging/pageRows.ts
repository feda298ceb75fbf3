import { isObject, pointerOf } from './members.ts';

/** How far within an answer its rows are looked for. */
const MAX_DEPTH = 4;

/** What lists are called that are the rows of a page, the surest first; others beside them are not. */
const ROWS =
  'data,items,results,value,values,records,entries,rows,elements,objects,content,hits,nodes,edges,list'.split(',');
/** Lists that are about an answer. */
const ABOUT: ReadonlySet<string> = new Set(
  'errors,warnings,links,link,_links,included,facets,aggregations,fields,columns,headers,facet_counts'.split(','),
);

/**
 * Where the rows of a page are, as a JSON Pointer: the answer itself, or the list that is nearest to the outside of it.
 * Undefined where several could be.
 */
export function rowsOf(body: unknown): string | undefined {
  if (Array.isArray(body)) return '';
  let level: Place[] = [{ names: [], value: body }];
  let otherwise: string | undefined;
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    const members = level.flatMap(membersOf);
    const lists = members.filter(({ value }) => Array.isArray(value));
    const rows = lists.filter(({ names }) => !ABOUT.has(names.at(-1) ?? ''));
    if (rows.length > 0) return surest(rows);
    otherwise ??= surest(lists);
    level = members.filter(({ value }) => isObject(value));
  }
  return otherwise;
}

interface Place {
  readonly names: readonly string[];
  readonly value: unknown;
}

function membersOf({ names, value }: Place): Place[] {
  if (!isObject(value)) return [];
  return Object.entries(value).map(([name, member]) => ({ names: [...names, name], value: member }));
}

function surest(lists: readonly Place[]): string | undefined {
  const named = ROWS.map((name) => lists.find(({ names }) => names.at(-1) === name)).find((list) => list !== undefined);
  const filled = lists.filter(({ value }) => (value as readonly unknown[]).length > 0);
  const only = lists.length === 1 ? lists[0] : filled.length === 1 ? filled[0] : undefined;
  // A list of texts beside one of objects is about them.
  const objects = filled.filter(({ value }) => isObject((value as readonly unknown[])[0]));
  const found = named ?? only ?? (objects.length === 1 ? objects[0] : undefined);
  return found === undefined ? undefined : pointerOf(found.names);
}
