import { isMap, isScalar, isSeq, type Node, parseDocument, visit } from 'yaml';
import type { Span } from './model.ts';

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
  const start = offset - (/[^\s[\]{},:"']*$/.exec(line)?.[0].length ?? 0);
  const end = offset + (/^[^\s[\]{},:"']*/.exec(text.slice(offset))?.[0].length ?? 0);
  const word = { start, end };
  const [before, after] = [text.slice(0, start), text.slice(end)];
  const startsLine = /^[\s-]*$/.test(text.slice(lineStart, start));
  const hasColon = /^\s*:/.test(after);
  // A bare word that starts a line is a key to be, unless it is an item of a list of words.
  const tries = startsLine && !hasColon ? [`${MARK}: `, MARK] : [MARK];
  for (const mark of tries) {
    const cursor = markIn(before + mark + after, word);
    if (cursor !== undefined && !(mark !== MARK && inListOfWords(cursor))) return cursor;
  }
  return undefined;
}

/** `methods:` and the like hold words, not maps. */
function inListOfWords({ path }: Cursor): boolean {
  const index = path.at(-1);
  return (
    typeof index === 'number' && ['methods', 'agents', 'operations', 'fields', 'allow'].includes(String(path.at(-2)))
  );
}

function markIn(text: string, word: Span): Cursor | undefined {
  const document = parseDocument(text, { strict: false, uniqueKeys: false, logLevel: 'silent' });
  let cursor: Cursor | undefined;
  visit(document, {
    Scalar(role, node, parents) {
      if (node.value !== MARK) return undefined;
      const path = pathOf([...parents, node] as readonly Node[]);
      const map = parents.findLast((one) => isMap(one));
      const siblings = isMap(map)
        ? map.items.flatMap(({ key }) => (isScalar(key) && key.value !== MARK ? [String(key.value)] : []))
        : [];
      const type: unknown = isMap(map) ? map.get('type') : undefined;
      const known = { word, siblings, ...(typeof type === 'string' && type !== MARK ? { type } : {}) };
      cursor = role === 'key' ? { kind: 'key', path: path.slice(0, -1), ...known } : { kind: 'value', path, ...known };
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
