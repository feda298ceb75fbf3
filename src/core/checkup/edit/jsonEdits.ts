import type { TextEdit } from '../../text/textEdit.ts';
import type { ConfigNode } from '../read/configNode.ts';
import { type ConfigChange, nodeAt, removedByContainer } from './configChange.ts';
import { indentedJson, inlineJson, isDense, unitOf } from './jsonWriting.ts';
import { scalarEdit } from './scalarText.ts';
import { indentBefore, separatedRemoval, type Trivia } from './separatedRemoval.ts';

const TRIVIA: Trivia = { skip: skipTrivia, lineRest: /^[ \t]*(?:\/\/[^\n]*)?(?:\r?\n|$)/ };

/** What makes changes in a JSON text with comments, written as the text around them is. */
export function jsonEdits(
  text: string,
  root: ConfigNode,
  changes: readonly ConfigChange[],
): readonly TextEdit[] | undefined {
  const groups = removedByContainer(changes);
  const removals = groups.flatMap(({ container, removed }) => {
    const node = nodeAt(root, container);
    const children =
      node?.kind === 'map'
        ? node.entries.map(({ nameSpan, value }) => ({ start: nameSpan.start, end: value.span.end }))
        : node?.kind === 'list'
          ? node.items.map(({ span }) => span)
          : [];
    return separatedRemoval(text, children, removed, TRIVIA);
  });
  const others = changes.map((change) => {
    const node = nodeAt(root, change.path);
    if (!node || change.kind === 'remove') return [];
    if (change.kind === 'text') return [scalarEdit(text, 'jsonc', node, change.value)];
    if (change.kind === 'replace') return [{ span: node.span, newText: valueInstead(text, root, node, change.value) }];
    const gone = groups.find(({ container }) => container.join('/') === change.path.join('/'))?.removed ?? new Set();
    if (change.kind === 'entry') {
      return node.kind === 'map' ? [firstEntry(text, root, node, gone.size < node.entries.length, change)] : undefined;
    }
    return node.kind === 'list' && gone.size === 0 ? [moreItems(text, root, node, change.values)] : undefined;
  });
  return others.every((edits) => edits !== undefined) ? [...removals, ...others.flat()] : undefined;
}

function valueInstead(text: string, root: ConfigNode, { span }: ConfigNode, value: unknown): string {
  if (!text.slice(span.start, span.end).includes('\n')) return inlineJson(value, isDense(text, root));
  const line = text.slice(text.lastIndexOf('\n', span.start - 1) + 1, span.start);
  return indentedJson(value, /^[ \t]*/.exec(line)?.[0] ?? '', unitOf(text, root));
}

type MapNode = Extract<ConfigNode, { kind: 'map' }>;
type ListNode = Extract<ConfigNode, { kind: 'list' }>;

/** An entry before all others of a map; on its own line where they are. */
function firstEntry(
  text: string,
  root: ConfigNode,
  map: MapNode,
  hasMore: boolean,
  { name, value }: { readonly name: string; readonly value: unknown },
): TextEdit {
  const at = { start: map.span.start + 1, end: map.span.start + 1 };
  const [first] = map.entries;
  const indent = first && isOnOwnLine(text, map.span.start, first.nameSpan.start);
  const dense = isDense(text, root);
  const key = `${JSON.stringify(name)}:${dense ? '' : ' '}`;
  if (indent === undefined) {
    const blank = dense ? '' : ' ';
    return { span: at, newText: `${blank}${key}${inlineJson(value, dense)}${hasMore ? ',' : blank}` };
  }
  const unit = unitOf(text, root);
  const written = Array.isArray(value)
    ? `[\n${value.map((item) => `${indent}${unit}${inlineJson(item, false)}`).join(',\n')}\n${indent}]`
    : indentedJson(value, indent, unit);
  return { span: at, newText: `\n${indent}${key}${written}${hasMore ? ',' : ''}` };
}

function moreItems(text: string, root: ConfigNode, list: ListNode, values: readonly unknown[]): TextEdit {
  const dense = isDense(text, root);
  const last = list.items.at(-1);
  if (!last) {
    const inside = { start: list.span.start + 1, end: list.span.end - 1 };
    const line = text.slice(text.lastIndexOf('\n', list.span.start - 1) + 1, list.span.start);
    const indent = /^[ \t]+(?=")/.exec(line)?.[0];
    if (indent === undefined) {
      return { span: inside, newText: values.map((value) => inlineJson(value, dense)).join(dense ? ',' : ', ') };
    }
    const unit = unitOf(text, root);
    return {
      span: inside,
      newText: `\n${values.map((value) => `${indent}${unit}${inlineJson(value, false)}`).join(',\n')}\n${indent}`,
    };
  }
  const indent = isOnOwnLine(text, list.span.start, last.span.start);
  const between = indent === undefined ? (dense ? '' : ' ') : `\n${indent}`;
  const newText = values.map((value) => `,${between}${inlineJson(value, dense)}`).join('');
  return { span: { start: last.span.end, end: last.span.end }, newText };
}

/** The indentation of something that stands on a line of its own, not that of what it stands in. */
function isOnOwnLine(text: string, outer: number, at: number): string | undefined {
  return text.slice(outer, at).includes('\n') ? indentBefore(text, at) : undefined;
}

/** Where the next character stands that is neither white space nor part of a comment. */
function skipTrivia(text: string, from: number): number {
  let at = from;
  for (;;) {
    while (/\s/.test(text[at] ?? '')) at += 1;
    if (text.startsWith('//', at)) at = endOr(text.indexOf('\n', at), text);
    else if (text.startsWith('/*', at)) at = endOr(text.indexOf('*/', at + 2), text, 2);
    else return at;
  }
}

function endOr(found: number, text: string, length = 0): number {
  return found === -1 ? text.length : found + length;
}
