import type { Span } from '../../text/span.ts';
import type { ConfigNode } from '../read/configNode.ts';

/** A key with its value, or an item of a list, among its siblings. */
export interface JsonPlace {
  /** From the key's quote to the end of the value. */
  readonly span: Span;
  readonly value: ConfigNode;
  /** Where the sibling before it ends; undefined for the first. */
  readonly previousEnd: number | undefined;
}

/** The place that a JSON Pointer (RFC 6901) names; of duplicate keys the last. Undefined for the root and for none. */
export function placeAt(root: ConfigNode | undefined, pointer: string): JsonPlace | undefined {
  let place: JsonPlace | undefined;
  let node = root;
  for (const part of stepsOf(pointer)) {
    place = node && childAt(node, part);
    if (!place) return undefined;
    node = place.value;
  }
  return place;
}

/** Whether a name on the way is there twice: then a pointer means the last one, and whoever wrote it may mean another. */
export function isAmbiguous(root: ConfigNode | undefined, pointer: string): boolean {
  let node = root;
  for (const part of stepsOf(pointer)) {
    if (node?.kind === 'map' && node.entries.filter(({ name }) => name === part).length > 1) return true;
    node = node && childAt(node, part)?.value;
  }
  return false;
}

/** The names that a pointer goes through. */
export function stepsOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function childAt(node: ConfigNode, name: string): JsonPlace | undefined {
  const children =
    node.kind === 'map'
      ? node.entries.map(({ name: key, nameSpan, value }) => ({
          key,
          value,
          span: { start: nameSpan.start, end: value.span.end },
        }))
      : node.kind === 'list'
        ? node.items.map((value, index) => ({ key: String(index), value, span: value.span }))
        : [];
  const at = children.findLastIndex(({ key }) => key === name);
  const child = children[at];
  return child && { span: child.span, value: child.value, previousEnd: children[at - 1]?.span.end };
}

/** Where the next character stands that is neither white space nor part of a comment. */
export function skipTrivia(text: string, from: number): number {
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
