import { isMap, isSeq, type Node, type Pair, type ParsedNode, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Span } from './model.ts';
import { ProblemList } from './problems.ts';
import { readTree } from './yamlTree.ts';

/** One replacement in a text; an empty span inserts. */
export interface TextEdit {
  readonly span: Span;
  readonly newText: string;
}

type AnyMap = YAMLMap<ParsedNode, ParsedNode | null> & { range: [number, number, number] };
type AnySeq = YAMLSeq<ParsedNode> & { range: [number, number, number] };

/** A node with what it lies in, outermost first. */
interface Found {
  readonly node: ParsedNode;
  readonly parents: readonly ParsedNode[];
}

/** A text's root node; undefined for a text that cannot be read as YAML. */
export function rootOf(text: string): ParsedNode | undefined {
  return readTree(text, new ProblemList(text))?.root ?? undefined;
}

/** The innermost node that has exactly this span. */
export function nodeWithSpan(root: ParsedNode, span: Span): Found | undefined {
  return search(root, [], (node) => node.range[0] === span.start && node.range[1] === span.end);
}

/** The innermost map one of whose keys has exactly this span, and that pair. */
export function pairWithKey(
  root: ParsedNode,
  key: Span,
): { map: AnyMap; pair: Pair<ParsedNode, ParsedNode | null> } | undefined {
  const keyed = (node: ParsedNode): Pair<ParsedNode, ParsedNode | null> | undefined =>
    isMap(node)
      ? (node as AnyMap).items.find((pair) => pair.key.range[0] === key.start && pair.key.range[1] === key.end)
      : undefined;
  const found = search(root, [], (node) => keyed(node) !== undefined);
  const pair = found && keyed(found.node);
  return pair === undefined ? undefined : { map: found?.node as AnyMap, pair };
}

function search(
  node: ParsedNode,
  parents: readonly ParsedNode[],
  fits: (node: ParsedNode) => boolean,
): Found | undefined {
  const inside = [...parents, node];
  const children = isMap(node)
    ? (node as AnyMap).items.flatMap(({ key, value }) => [key, value])
    : isSeq(node)
      ? (node as AnySeq).items
      : [];
  for (const child of children) {
    const found = child === null || child === undefined ? undefined : search(child, inside, fits);
    if (found !== undefined) return found;
  }
  return fits(node) ? { node, parents } : undefined;
}

/** Adds `key: value` (on one line) to a map, after its last pair. */
export function addPair(text: string, map: Node, pair: string): TextEdit | undefined {
  if (!isMap(map)) return undefined;
  const { items, flow } = map as AnyMap;
  const last = items.at(-1);
  const first = items[0];
  if (last === undefined || first === undefined) return undefined;
  const end = endOf(last);
  return flow
    ? { span: { start: end, end }, newText: `, ${pair}` }
    : { span: { start: end, end }, newText: `\n${' '.repeat(columnOf(text, first.key.range[0]))}${pair}` };
}

/** Takes an item out of a list, with its comma or its lines, and the comment on its own line. */
export function removeItem(text: string, list: ParsedNode, item: ParsedNode): TextEdit | undefined {
  if (!isSeq(list)) return undefined;
  const { items, flow } = list as AnySeq;
  const index = items.indexOf(item);
  const [start, end] = item.range;
  if (items.length === 1) {
    const [from, to] = list.range;
    return { span: { start: from, end: flow ? to : end }, newText: '[]' };
  }
  if (flow) {
    const next = items[index + 1];
    const before = items[index - 1];
    if (next !== undefined) return { span: { start, end: next.range[0] }, newText: '' };
    return before === undefined ? undefined : { span: { start: before.range[1], end }, newText: '' };
  }
  const dash = text.lastIndexOf('-', start);
  const lineStart = text.lastIndexOf('\n', dash) + 1;
  const lineEnd = text.indexOf('\n', Math.max(end - 1, start));
  return { span: { start: lineStart, end: lineEnd === -1 ? text.length : lineEnd + 1 }, newText: '' };
}

/** A text with edits that do not overlap. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let done = text;
  for (const { span, newText } of [...edits].sort((a, b) => b.span.start - a.span.start)) {
    done = done.slice(0, span.start) + newText + done.slice(span.end);
  }
  return done;
}

/** Where a pair's own text ends, without line breaks and comments behind it. */
function endOf({ key, value }: Pair<ParsedNode, ParsedNode | null>): number {
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

export function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}
