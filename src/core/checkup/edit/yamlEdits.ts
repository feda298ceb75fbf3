import type { Span } from '../../text/span.ts';
import type { TextEdit } from '../../text/textEdit.ts';
import type { ConfigNode } from '../read/configNode.ts';
import { type ConfigChange, type ConfigPath, childrenOf, nodeAt, removedByContainer } from './configChange.ts';
import { inlineJson } from './jsonWriting.ts';
import { scalarEdit } from './scalarText.ts';
import { HASH_TRIVIA, indentBefore, separatedRemoval } from './separatedRemoval.ts';

/** What makes changes in a YAML text. Nothing is ever added: no client that reads YAML needs it. */
export function yamlEdits(
  text: string,
  root: ConfigNode,
  changes: readonly ConfigChange[],
): readonly TextEdit[] | undefined {
  const removals = removedByContainer(changes).map(({ container, removed }) => {
    const node = nodeAt(root, container);
    if (!node) return undefined;
    if (isFlow(text, node)) return separatedRemoval(text, flowChildren(text, node, removed), removed, HASH_TRIVIA);
    const children = blockChildren(text, node);
    if (!children) return undefined;
    if (removed.size === children.length) return [emptied(text, root, container, node, children)];
    return children.flatMap((child, at) => (removed.has(at) ? [blockRemoval(text, child, children[at + 1])] : []));
  });
  const others = changes.map((change) => {
    const node = nodeAt(root, change.path);
    if (!node || change.kind === 'remove') return [];
    if (change.kind === 'text') return [scalarEdit(text, 'yaml', node, change.value)];
    if (change.kind === 'replace') return replacement(text, node, change.value);
    return undefined;
  });
  const edits = [...removals, ...others];
  return edits.every((some) => some !== undefined) ? edits.flat() : undefined;
}

function isFlow(text: string, { span }: ConfigNode): boolean {
  return text[span.start] === '{' || text[span.start] === '[';
}

function flowChildren(text: string, node: ConfigNode, removed: ReadonlySet<number>): readonly Span[] {
  if (node.kind !== 'map') return childrenOf(node).map(({ span }) => span);
  return node.entries.map(({ nameSpan: { start, end }, value: { span } }, at) => {
    // What an alias stands for was written before it. One that goes would leave that where it is.
    const alias =
      span.start < start && !removed.has(at) ? /^\s*:\s*\*[^\s,[\]{}]+/.exec(text.slice(end, end + MAX_ALIAS)) : null;
    return { start, end: alias ? end + alias[0].length : span.end };
  });
}

/** A longer one is nobody's. */
const MAX_ALIAS = 200;

/** The entries of a block map, or the items of a block list with their dashes; undefined where a dash is not found. */
function blockChildren(text: string, node: ConfigNode): readonly Span[] | undefined {
  if (node.kind === 'map')
    return node.entries.map(({ nameSpan: { start }, value }) => ({ start, end: value.span.end }));
  const items = childrenOf(node).map(({ span }): Span | undefined => {
    const dash = text.lastIndexOf('-', span.start - 1);
    return dash >= 0 && text.slice(dash + 1, span.start).trim() === '' ? { start: dash, end: span.end } : undefined;
  });
  return items.every((item) => item !== undefined) ? items : undefined;
}

/** Where the last line of something ends, with its comment and its line break: values of several lines have it already. */
function lineEnd(text: string, { end }: Span): number {
  if (text[end - 1] === '\n') return end;
  const found = text.indexOf('\n', end);
  return found === -1 ? text.length : found + 1;
}

function blockRemoval(text: string, child: Span, following: Span | undefined): TextEdit {
  const indent = indentBefore(text, child.start);
  // Behind a dash or another key's: what follows moves to its place.
  if (indent === undefined) return { span: { start: child.start, end: following?.start ?? child.end }, newText: '' };
  return { span: { start: child.start - indent.length, end: lineEnd(text, child) }, newText: '' };
}

/** A block that has lost all: nothing in its place would be null. */
function emptied(
  text: string,
  root: ConfigNode,
  path: ConfigPath,
  node: ConfigNode,
  children: readonly Span[],
): TextEdit {
  const newText = node.kind === 'map' ? '{}' : '[]';
  const [first, last] = [children[0] ?? node.span, children.at(-1) ?? node.span];
  const end = lineEnd(text, last);
  const outer = nodeAt(root, path.slice(0, -1));
  const key = outer?.kind === 'map' ? outer.entries[path.at(-1) ?? -1]?.nameSpan : undefined;
  const colon = key === undefined ? -1 : text.indexOf(':', key.end);
  const behind = colon === -1 ? '' : text.slice(colon + 1, first.start);
  const eol = text[end - 1] === '\n' ? '\n' : '';
  return behind.includes('\n') && behind.trim() === ''
    ? { span: { start: colon + 1, end }, newText: ` ${newText}${eol}` }
    : { span: { start: first.start, end }, newText: `${newText}${eol}` };
}

function replacement(text: string, node: ConfigNode, value: unknown): readonly TextEdit[] | undefined {
  if (isFlow(text, node)) return [{ span: node.span, newText: inlineJson(value, false) }];
  const children = blockChildren(text, node);
  const [first, last] = [children?.[0], children?.at(-1)];
  if (node.kind !== 'map' || !first || !last || typeof value !== 'object' || value === null) return undefined;
  const line = text.slice(text.lastIndexOf('\n', first.start - 1) + 1, first.start);
  const indent = line.replaceAll(/[^\t]/g, ' ');
  const lines = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${inlineJson(item, false)}`);
  const end = lineEnd(text, last);
  return [
    {
      span: { start: first.start, end },
      newText: `${lines.join(`\n${indent}`)}${text[end - 1] === '\n' ? '\n' : ''}`,
    },
  ];
}
