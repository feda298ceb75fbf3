import { isMap, isSeq, type Node, type ParsedNode, parseDocument } from 'yaml';
import { listOf, type TextEdit } from '../../text/textEdit.ts';
import {
  type AnyMap,
  type AnyPair,
  type AnySeq,
  behindColon,
  columnOf,
  type FoundPair,
  isNothing,
  isWritten,
} from './yamlFind.ts';
import { flowText } from './yamlText.ts';

/**
 * Adds a pair to a map, after its last one or after `after`. What is given are its lines, without indentation; in braces they
 * become one.
 */
export function addPair(text: string, map: Node, added: readonly string[], after?: AnyPair): TextEdit | undefined {
  if (!isMap(map)) return undefined;
  const { items, flow, range } = map as AnyMap;
  const [first] = items;
  const last = after ?? items.at(-1);
  // Only braces are a map without a pair.
  if (first === undefined || last === undefined) {
    return insertion(range[0] + 1, text[range[0] + 1] === '}' ? ` ${onOneLine(added)} ` : ` ${onOneLine(added)}`);
  }
  const end = endOf(last);
  const start = first.key.range[0];
  if (flow) return insertion(end, `, ${onOneLine(added)}`);
  // A key behind a question mark stands elsewhere than its map.
  if (/\?[ \t]*$/.test(text.slice(Math.max(0, start - 100), start))) return undefined;
  return linesBelow(text, end, indented(added, columnOf(text, start)));
}

/** Adds a pair to the map that is a pair's value, which may be empty still. No edit where it is something else. */
export function addToValue(text: string, found: FoundPair, added: readonly string[]): readonly TextEdit[] {
  const { map, pair, parents } = found;
  const { value } = pair;
  if (isMap(value)) return listOf(addPair(text, value, added));
  if (!isNothing(value)) return [];
  // An entry of `services` or `servers` is written in lines, what lies deeper in braces.
  if (parents.length > 1 || isWritten(value)) return listOf(fillValue(text, map, pair, `{ ${onOneLine(added)} }`));
  return fillLines(text, found, added, `{ ${onOneLine(added)} }`);
}

/**
 * Adds items to the list that is a pair's value, which may be empty still. What is given are the items' lines, from their
 * dash on; in brackets they become one line, and their comments go. No edit where the value is something else.
 */
export function addItems(text: string, found: FoundPair, added: readonly string[]): readonly TextEdit[] {
  const { value } = found.pair;
  const items = isSeq(value) ? (value.items as ParsedNode[]) : [];
  const [first, last] = [items[0], items.at(-1)];
  if (isSeq(value) && first !== undefined && last !== undefined) {
    if (value.flow) return [insertion(last.range[1], `, ${onOneLine(added)}`)];
    const dash = columnOf(text, text.lastIndexOf('-', first.range[0]));
    return [linesBelow(text, Math.max(innerEnd(last), last.range[0]), indented(added, dash))];
  }
  return isSeq(value) || isNothing(value) ? fillLines(text, found, added, `[${onOneLine(added)}]`) : [];
}

/** Puts lines below a key that has no value yet, or an empty one; within braces it gets `written` instead. */
export function fillLines(
  text: string,
  { map, pair }: Pick<FoundPair, 'map' | 'pair'>,
  added: readonly string[],
  written: string,
): readonly TextEdit[] {
  const { key, value } = pair;
  const colon = behindColon(text, pair);
  if (map.flow || colon === undefined) return listOf(fillValue(text, map, pair, written));
  const lines = indented(added, columnOf(text, key.range[0]) + 2);
  if (!isWritten(value)) return [linesBelow(text, colon, lines)];
  const [start, end] = value.range;
  if (text.slice(colon, start).includes('\n')) {
    return [{ span: { start, end }, newText: indented(added, columnOf(text, start)).trimStart() }];
  }
  return [{ span: { start: colon, end }, newText: '' }, linesBelow(text, end, lines)];
}

/** Puts a value (on one line) where a pair has none, or in the place of the one that it has. */
export function fillValue(text: string, map: AnyMap, pair: AnyPair, written: string): TextEdit | undefined {
  const { key, value } = pair;
  if (isWritten(value)) return { span: { start: value.range[0], end: value.range[1] }, newText: written };
  const colon = behindColon(text, pair);
  if (colon === undefined) return map.flow ? insertion(key.range[1], `: ${written}`) : undefined;
  const blank = /^[ \t]*(?=\r?\n|$)/.exec(text.slice(colon))?.[0].length ?? 0;
  return { span: { start: colon, end: colon + blank }, newText: ` ${written}` };
}

/** Puts lines, indented already, below the line on which something ends; a comment behind it stays with it. */
function linesBelow(text: string, end: number, lines: string): TextEdit {
  // A text over several lines ends with its line break.
  if (text[end - 1] === '\n') return insertion(end, `${lines}\n`);
  const rest = /[^\r\n]*/.exec(text.slice(end));
  return insertion(end + (rest?.[0].length ?? 0), `\n${lines}`);
}

/** Takes a pair out of a map, with its comma or its lines, and the comment on its own line. */
export function removePair(text: string, map: AnyMap, pair: AnyPair): TextEdit | undefined {
  const { items, flow, range } = map;
  const index = items.indexOf(pair);
  const [before, next] = [items[index - 1], items[index + 1]];
  const start = pair.key.range[0];
  const end = endOf(pair);
  if (flow) {
    if (items.length === 1) return { span: { start: range[0], end: range[1] }, newText: '{}' };
    if (next !== undefined) return { span: { start, end: next.key.range[0] }, newText: '' };
    return before && { span: { start: endOf(before), end }, newText: '' };
  }
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  if (text.slice(lineStart, start).trim() === '') {
    return { span: { start: lineStart, end: nextLine(text, end) }, newText: '' };
  }
  // The dash of a list's item stands before it, and stays for the next pair.
  return next && { span: { start, end: next.key.range[0] }, newText: '' };
}

/** Takes an item out of a list, with its comma or its lines, and the comment on its own line. */
export function removeItem(text: string, list: ParsedNode, item: ParsedNode): TextEdit | undefined {
  if (!isSeq(list)) return undefined;
  const { items, flow } = list as AnySeq;
  const index = items.indexOf(item);
  const [start, end] = item.range;
  if (items.length === 1) return lastItemGone(text, list as AnySeq, item);
  if (flow) {
    const next = items[index + 1];
    const before = items[index - 1];
    if (next !== undefined) return { span: { start, end: next.range[0] }, newText: '' };
    return before === undefined ? undefined : { span: { start: before.range[1], end }, newText: '' };
  }
  const dash = text.lastIndexOf('-', start);
  const lineStart = text.lastIndexOf('\n', dash) + 1;
  return { span: { start: lineStart, end: nextLine(text, Math.max(end, start + 1)) }, newText: '' };
}

/** The empty list stands behind its key; below a comment it is indented further than a dash has to be. */
function lastItemGone(text: string, { flow, range }: AnySeq, item: ParsedNode): TextEdit {
  const [from, to] = range;
  if (flow) return { span: { start: from, end: to }, newText: '[]' };
  const colon = text.slice(0, from).trimEnd().length;
  const end = innerEnd(item);
  return text[colon - 1] === ':'
    ? { span: { start: colon, end }, newText: ' []' }
    : { span: { start: from, end }, newText: '  []' };
}

function insertion(at: number, newText: string): TextEdit {
  return { span: { start: at, end: at }, newText };
}

function indented(lines: readonly string[], column: number): string {
  return lines.map((line) => `${' '.repeat(column)}${line}`).join('\n');
}

/** Pairs or items in lines, as they stand within braces or brackets. */
function onOneLine(lines: readonly string[]): string {
  const written = flowText(parseDocument(lines.join('\n')).toJS());
  return written.replace(/^(?:\{ |\[)|(?: \}|\])$/g, '');
}

/** Where the line after this one starts. A text over several lines ends with its line break. */
function nextLine(text: string, end: number): number {
  const lineEnd = text.indexOf('\n', end - 1);
  return lineEnd === -1 ? text.length : lineEnd + 1;
}

/** Where a pair's own text ends, without line breaks and comments behind it. */
function endOf({ key, value }: AnyPair): number {
  return value === null || value.range[1] < key.range[1] ? key.range[1] : innerEnd(value);
}

/** A block collection's range may reach the next line: its last leaf's does not. */
function innerEnd(node: ParsedNode): number {
  if (isMap(node) && !node.flow) {
    const last = (node as AnyMap).items.at(-1);
    return last === undefined ? node.range[1] : endOf(last);
  }
  if (isSeq(node) && !node.flow) {
    const last = (node as AnySeq).items.at(-1);
    return last === undefined ? node.range[1] : innerEnd(last);
  }
  return node.range[1];
}
