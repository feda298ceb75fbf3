import type { ConfigEntry, ConfigNode } from '../read/configNode.ts';
import { indentBefore } from './separatedRemoval.ts';

/** A value on one line: `{ "a": 1 }`, or `{"a":1}` where a text has no blanks. */
export function inlineJson(value: unknown, dense: boolean): string {
  if (dense || typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => inlineJson(item, dense)).join(', ')}]`;
  const fields = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${inlineJson(item, dense)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

/** A value on as many lines as it needs, whose first one is indented already. */
export function indentedJson(value: unknown, indent: string, unit: string): string {
  return JSON.stringify(value, undefined, unit).split('\n').join(`\n${indent}`);
}

/** Whether no blank stands between a key and its value, as in a text without white space. */
export function isDense(text: string, root: ConfigNode): boolean {
  const first = root.kind === 'map' ? root.entries[0] : undefined;
  return first !== undefined && text.slice(first.nameSpan.end, first.value.span.start) === ':';
}

/** By how much a text indents: what stands before the first key on a line of its own, divided by how deep it is. */
export function unitOf(text: string, root: ConfigNode): string {
  const found = firstIndent(text, root.kind === 'map' ? root.entries : [], 1);
  if (found === undefined) return '  ';
  const { indent, depth } = found;
  return indent.startsWith('\t') ? '\t' : ' '.repeat(Math.max(1, Math.round(indent.length / depth)));
}

function firstIndent(
  text: string,
  entries: readonly ConfigEntry[],
  depth: number,
): { readonly indent: string; readonly depth: number } | undefined {
  for (const { nameSpan, value } of entries) {
    const indent = indentBefore(text, nameSpan.start);
    if (indent !== undefined && indent !== '') return { indent, depth };
    const inner = value.kind === 'map' ? firstIndent(text, value.entries, depth + 1) : undefined;
    if (inner) return inner;
  }
  return undefined;
}
