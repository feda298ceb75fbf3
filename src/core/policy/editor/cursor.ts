import { type Document, isCollection, isMap, isScalar, isSeq, type Node, parseDocument, visit } from 'yaml';
import type { Span } from '../../text/span.ts';
import { keyWords } from './vocabulary.ts';

/** Where somebody is typing: what would be written there, and inside what. */
export interface Cursor {
  readonly kind: 'key' | 'value';
  /** The keys and indices down to the map (for a key) or to the key or list (for a value). */
  readonly path: readonly (string | number)[];
  /** The word that is being typed. */
  readonly word: Span;
  /** Keys that the map has already. */
  readonly siblings: readonly string[];
  /** What the map says under `type`, if it does: other keys depend on it. */
  readonly type?: string;
  /** Whether it is inside of braces or brackets. */
  readonly flow: boolean;
  /** Whether it is where a list's items start, without the dash that one starts with. */
  readonly dashless: boolean;
  /** The text as far as it could be read, with a mark in the word's place. */
  readonly document: Document;
}

const MARK = 'zzCursorzz';

/**
 * Finds out where an offset is, in a text that need not be valid: the word there is replaced by a mark, as a value and
 * then as a key, and the text is read with as much tolerance as the library has. Undefined in comments and the like.
 */
export function cursorAt(text: string, offset: number): Cursor | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const line = text.slice(lineStart, offset);
  if (/(?:^|\s)#/.test(line)) return undefined;
  const start = offset - (/(?<![^\s[\]{},:"'])[^\s[\]{},:"']*$/.exec(line)?.[0].length ?? 0);
  const end = offset + (/^[^\s[\]{},:"']*/.exec(text.slice(offset))?.[0].length ?? 0);
  const word = { start, end };
  const [before, after] = [text.slice(0, start), text.slice(end)];
  const startsLine = /^[\s-]*$/.test(text.slice(lineStart, start));
  const hasColon = /^\s*:/.test(after);
  // A bare word that starts a line is a key to be, unless it is an item of a list of words.
  const tries = startsLine && !hasColon ? [`${MARK}: `, MARK] : [MARK];
  const blank = /^ *$/.test(text.slice(lineStart, start));
  const behindItems = blank && followsItems(text.slice(0, lineStart), start - lineStart);
  for (const mark of tries) {
    const cursor = markIn(`${before}${behindItems ? '- ' : ''}${mark}${after}`, word);
    if (cursor === undefined || (mark !== MARK && inListOfWords(cursor))) continue;
    const holds = keyWords(cursor.path)?.holds;
    const first = blank && !cursor.flow && (holds === 'items' || holds === 'words');
    return { ...cursor, dashless: behindItems || first };
  }
  return undefined;
}

/** Whether what ends here ends with items of a list at this column, where nothing else may stand than another one. */
function followsItems(before: string, column: number): boolean {
  let found = false;
  for (const line of before.split('\n').toReversed()) {
    const [, blanks = '', dash] = /^( *)(-(?:\s|$))?[^\s#]?/.exec(line) ?? [];
    if (/^\s*(?:#|$)/.test(line) || blanks.length > column) continue;
    if (blanks.length < column) return found;
    if (dash === undefined) return false;
    found = true;
  }
  return false;
}

/** `methods:` and the like hold words, not maps. */
function inListOfWords({ path }: Pick<Cursor, 'path'>): boolean {
  return keyWords(typeof path.at(-1) === 'number' ? path.slice(0, -1) : path)?.holds === 'words';
}

function markIn(text: string, word: Span): Omit<Cursor, 'dashless'> | undefined {
  const document = parseDocument(text, { strict: false, uniqueKeys: false, logLevel: 'silent' });
  let cursor: Omit<Cursor, 'dashless'> | undefined;
  visit(document, {
    Scalar(role, node, parents) {
      if (node.value !== MARK) return undefined;
      const path = pathOf([...parents, node] as readonly Node[]);
      const map = parents.findLast((one) => isMap(one));
      const siblings = isMap(map)
        ? map.items.flatMap(({ key }) => (isScalar(key) && key.value !== MARK ? [String(key.value)] : []))
        : [];
      const type: unknown = isMap(map) ? map.get('type') : undefined;
      const flow = parents.some((one) => isCollection(one) && one.flow === true);
      const known = { word, siblings, flow, document };
      const place =
        role === 'key' ? ({ kind: 'key', path: path.slice(0, -1) } as const) : ({ kind: 'value', path } as const);
      cursor = { ...place, ...known, ...(typeof type === 'string' && type !== MARK ? { type } : {}) };
      return visit.BREAK;
    },
  });
  return cursor;
}

function pathOf(nodes: readonly (Node | { key: unknown; value: unknown })[]): (string | number)[] {
  const path: (string | number)[] = [];
  for (const [index, node] of nodes.entries()) {
    const next = nodes[index + 1];
    if ('key' in node && 'value' in node && isScalar(node.key)) path.push(String(node.key.value));
    else if (isSeq(node)) path.push(node.items.indexOf(next));
  }
  return path;
}
