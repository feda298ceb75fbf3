import type { Cursor } from './cursor.ts';
import { type KeyWords, keyWords } from './vocabulary.ts';

/** What takes the place of the word, before the cursor and behind it. */
interface LaidOut {
  readonly insertText: string;
  readonly behind?: string;
  /** Whether the cursor is then where a value is still to be written. */
  readonly open: boolean;
}

type What = { readonly value: string } | { readonly key: string; readonly holds: KeyWords['holds'] };

/**
 * Spells a key or value so that it is right where it is put: an item of a list gets its dash or brackets, and behind a
 * key the cursor stands where the first thing that it holds is written.
 */
export function layOut(text: string, cursor: Cursor, what: What): LaidOut {
  const { word, flow, dashless } = cursor;
  const rest = /^[^\r\n]*/.exec(text.slice(word.end))?.[0] ?? '';
  const alone = flow ? /^\s*(?:[,\]}]|$)/.test(rest) : /^\s*$/.test(rest);
  const dash = dashless ? '- ' : '';
  if ('value' in what) {
    const bracket = !dashless && keyWords(cursor.path)?.holds === 'words';
    return bracket
      ? { insertText: `[${what.value}`, behind: ']', open: false }
      : { insertText: dash + what.value, open: false };
  }
  const name = dash + what.key;
  if (/^\s*:/.test(rest)) return { insertText: name, open: false };
  const { holds } = what;
  if (holds === undefined || !alone) return { insertText: `${name}: `, open: alone };
  if (holds === 'words') return { insertText: `${name}: [`, behind: ']', open: true };
  if (flow)
    return holds === 'map'
      ? { insertText: `${name}: { `, behind: ' }', open: true }
      : { insertText: `${name}: [{ `, behind: ' }]', open: true };
  const column = word.start - (text.lastIndexOf('\n', word.start - 1) + 1) + dash.length;
  if (holdsAlready(text.slice(word.end + rest.length), column)) return { insertText: `${name}:`, open: false };
  return { insertText: `${name}:\n${' '.repeat(column + 2)}${holds === 'items' ? '- ' : ''}`, open: true };
}

/** Whether the next line that says something is further in than this column, or an item at it. */
function holdsAlready(after: string, column: number): boolean {
  const next = /^(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*([ ]*)(-[ ])?[^\s#]/.exec(after);
  const indent = next?.[1]?.length ?? 0;
  return indent > column || (indent === column && next?.[2] !== undefined);
}
