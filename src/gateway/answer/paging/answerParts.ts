import { at, isObject, type Members } from './members.ts';

/** An object of an answer that may say something of its pages. */
export interface AnswerPart {
  readonly names: readonly string[];
  readonly members: Members;
}

/** Where most APIs do, the surest first. */
const USUAL: readonly (readonly string[])[] = [
  [],
  ['meta'],
  ['pagination'],
  ['paging'],
  ['page'],
  ['page_info'],
  ['pageInfo'],
  ['result_info'],
  ['metadata'],
  ['pagination_metadata'],
  ['cursors'],
  ['paging', 'cursors'],
  ['meta', 'pagination'],
  ['meta', 'page'],
  ['data'],
  ['data', 'pagination'],
  ['result'],
  ['response'],
  ['additional_data', 'pagination'],
];

/** No list of an answer has more objects beside it. */
const MAX_PARTS = 60;

/**
 * The objects of an answer that are about the list at `rows` (a JSON Pointer), and not about one of its rows: the usual ones,
 * those that the list is in, and then all that stand beside it.
 */
export function partsOf(body: unknown, rows: string | undefined): readonly AnswerPart[] {
  const around = (rows ?? '').split('/').slice(1, -1);
  const outer = around.map((_, index) => around.slice(0, index + 1));
  const found = new Map<string, AnswerPart>();
  const add = (names: readonly string[]): void => {
    const members = at(body, ...names);
    if (isObject(members) && found.size < MAX_PARTS) found.set(names.join('/'), { names, members });
  };
  for (const names of [...USUAL, ...outer]) add(names);
  for (const names of [[], ...outer]) {
    const members = at(body, ...names);
    for (const name of isObject(members) ? Object.keys(members) : []) {
      if (!found.has([...names, name].join('/'))) add([...names, name]);
    }
  }
  return [...found.values()];
}
