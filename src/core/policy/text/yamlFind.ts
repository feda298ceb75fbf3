import { isMap, isScalar, isSeq, type Node, type Pair, type ParsedNode, type YAMLMap, type YAMLSeq } from 'yaml';
import { ProblemList } from '../../text/problems.ts';
import type { Span } from '../../text/span.ts';
import { readTree } from './yamlTree.ts';

export type AnyMap = YAMLMap<ParsedNode, ParsedNode | null> & { range: [number, number, number] };
export type AnySeq = YAMLSeq<ParsedNode> & { range: [number, number, number] };
export type AnyPair = Pair<ParsedNode, ParsedNode | null>;

/** A node with what it lies in, outermost first. */
export interface Found {
  readonly node: ParsedNode;
  readonly parents: readonly ParsedNode[];
}

/** A pair with its map, and what the map lies in, outermost first. */
export interface FoundPair {
  readonly map: AnyMap;
  readonly pair: AnyPair;
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
export function pairWithKey(root: ParsedNode, key: Span): FoundPair | undefined {
  const keyed = (node: ParsedNode): AnyPair | undefined =>
    isMap(node)
      ? (node as AnyMap).items.find((pair) => pair.key.range[0] === key.start && pair.key.range[1] === key.end)
      : undefined;
  const found = search(root, [], (node) => keyed(node) !== undefined);
  const pair = found && keyed(found.node);
  return pair === undefined ? undefined : { map: found?.node as AnyMap, pair, parents: found?.parents ?? [] };
}

/** A map's pair with this name. */
export function pairNamed(map: Node | null | undefined, name: string): AnyPair | undefined {
  return isMap(map) ? (map as AnyMap).items.find(({ key }) => isScalar(key) && key.value === name) : undefined;
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

/** Whether a value is empty, or says `null`. */
export function isNothing(value: ParsedNode | null): boolean {
  return value === null || (isScalar(value) && value.value === null);
}

/** Whether a value has a text of its own. */
export function isWritten(value: ParsedNode | null): value is ParsedNode {
  return value !== null && value.range[1] > value.range[0];
}

/** The offset behind a pair's colon; undefined for a key that has none. */
export function behindColon(text: string, { key }: AnyPair): number | undefined {
  const colon = /^[ \t]*:/.exec(text.slice(key.range[1], key.range[1] + 100));
  return colon === null ? undefined : key.range[1] + colon[0].length;
}

/** How many characters stand before an offset on its line; a byte order mark is none of them. */
export function columnOf(text: string, offset: number): number {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return offset - start - (text.startsWith('\u{feff}', start) ? 1 : 0);
}
