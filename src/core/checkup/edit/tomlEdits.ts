import { parseTOML } from 'toml-eslint-parser';
import type { Span } from '../../text/span.ts';
import type { TextEdit } from '../../text/textEdit.ts';
import type { ConfigNode } from '../read/configNode.ts';
import { type ConfigChange, namesOf, nodeAt, removedByContainer } from './configChange.ts';
import { scalarEdit } from './scalarText.ts';
import { HASH_TRIVIA, separatedRemoval } from './separatedRemoval.ts';
import { type KeyPlace, placesBelow, type TomlPlaces, tomlPlaces } from './tomlPlaces.ts';
import { entryText, inlineToml, keyText } from './tomlText.ts';

/** What makes changes in a TOML text: a table of it may stand in several places, and be written in three ways. */
export function tomlEdits(
  text: string,
  root: ConfigNode,
  changes: readonly ConfigChange[],
): readonly TextEdit[] | undefined {
  const [table] = parseTOML(text.replace(/^\u{feff}/u, ' ')).body;
  const places = tomlPlaces(table);
  const inlineGone = new Map<KeyPlace['inline'], Set<number>>();
  const take = (names: readonly string[]): readonly TextEdit[] =>
    placesBelow(places, names).flatMap((place) => {
      if (!place.inline) return [linesOf(text, place.span)];
      const gone = inlineGone.get(place.inline) ?? new Set();
      inlineGone.set(place.inline, gone);
      gone.add(place.at);
      return [];
    });
  const editsOf = (change: ConfigChange): readonly TextEdit[] | undefined => {
    const node = nodeAt(root, change.path);
    const names = namesOf(root, change.path);
    if (!node) return undefined;
    switch (change.kind) {
      case 'text':
        return [scalarEdit(text, 'toml', node, change.value)];
      case 'remove':
        return nodeAt(root, change.path.slice(0, -1))?.kind === 'list' ? [] : take(names);
      case 'replace':
        return replacement(text, places, names, change.value, take);
      case 'entry':
        return withEntry(text, places, names, change, changes, root);
      case 'items':
        return node.kind === 'list' ? [moreItems(node, change.values)] : undefined;
    }
  };
  const edits = changes.map(editsOf);
  const lists = removedByContainer(changes).flatMap(({ container, removed }) => {
    const list = nodeAt(root, container);
    return list?.kind === 'list'
      ? separatedRemoval(
          text,
          list.items.map(({ span }) => span),
          removed,
          HASH_TRIVIA,
        )
      : [];
  });
  const inline = [...inlineGone].flatMap(([inside, gone]) => separatedRemoval(text, inside ?? [], gone, HASH_TRIVIA));
  return edits.every((some) => some !== undefined) ? [...edits.flat(), ...lists, ...inline] : undefined;
}

/** The whole lines of a table or a pair, and one of two empty lines around them. */
function linesOf(text: string, { start, end }: Span): TextEdit {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const found = text.indexOf('\n', end);
  const lineEnd = found === -1 ? text.length : found + 1;
  const emptyBefore = lineStart === 0 || /\n\r?\n$/.test(text.slice(Math.max(0, lineStart - 4), lineStart));
  const empty = emptyBefore ? (/^[ \t]*\r?\n/.exec(text.slice(lineEnd, lineEnd + 200))?.[0].length ?? 0) : 0;
  return { span: { start: lineStart, end: lineEnd + empty }, newText: '' };
}

function replacement(
  text: string,
  places: TomlPlaces,
  names: readonly string[],
  value: unknown,
  take: (names: readonly string[]) => readonly TextEdit[],
): readonly TextEdit[] | undefined {
  const pieces = placesBelow(places, names);
  const [first] = pieces;
  if (!first || typeof value !== 'object' || value === null) return undefined;
  // Written as one value: another one comes in its place.
  if (first.valueSpan && first.names.length === names.length) {
    return [{ span: first.valueSpan, newText: inlineToml(value) }];
  }
  if (first.inline) return undefined;
  const lines = pieces.every(({ isTable }) => isTable)
    ? [`[${names.map(keyText).join('.')}]`, ...Object.entries(value).map(([name, item]) => entryText(name, item))]
    : [entryText(names.slice(first.ownerNames.length), value)];
  const at = text.lastIndexOf('\n', first.span.start - 1) + 1;
  const gap = first.isTable && hasMore(text, pieces.at(-1)?.span.end ?? 0) ? '\n' : '';
  return [...take(names), { span: { start: at, end: at }, newText: `${lines.join('\n')}\n${gap}` }];
}

/** Whether anything but white space comes behind an offset. */
function hasMore(text: string, at: number): boolean {
  return text.slice(at).trim() !== '';
}

/** One more key of a table, wherever that is written. */
function withEntry(
  text: string,
  places: TomlPlaces,
  names: readonly string[],
  { name, value }: { readonly name: string; readonly value: unknown },
  changes: readonly ConfigChange[],
  root: ConfigNode,
): readonly TextEdit[] | undefined {
  const gone = changes.flatMap(({ kind, path }) => (kind === 'remove' ? [namesOf(root, path).join('\n')] : []));
  const header = places.find((place) => place.isTable && sameNames(place.names, names));
  if (header) return [lineAfter(text, header.span.end, entryText(name, value))];
  const inline = places.find((place) => place.isInlineTable && sameNames(place.names, names));
  if (inline?.valueSpan) {
    const inside = places.filter((place) => place.inline && sameNames(place.ownerNames, names));
    const kept = inside.findLast((place) => !gone.includes(place.names.join('\n')));
    const at = kept?.span.end ?? inline.valueSpan.start + 1;
    const written = entryText(name, value);
    const newText = kept ? `, ${written}` : ` ${written}${inside.length === 0 ? ' ' : ''}`;
    return [{ span: { start: at, end: at }, newText }];
  }
  const pieces = placesBelow(places, names);
  const dotted = pieces.find(({ isTable, inline: inside }) => !isTable && !inside);
  if (dotted) {
    const key = [...names.slice(dotted.ownerNames.length), name];
    return [lineAfter(text, dotted.span.end, entryText(key, value))];
  }
  const [table] = pieces;
  if (!table?.isTable) return undefined;
  const at = text.lastIndexOf('\n', table.span.start - 1) + 1;
  const lines = `[${names.map(keyText).join('.')}]\n${entryText(name, value)}\n\n`;
  return [{ span: { start: at, end: at }, newText: lines }];
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, at) => other[at] === name);
}

function lineAfter(text: string, end: number, line: string): TextEdit {
  const found = text.indexOf('\n', end);
  const at = found === -1 ? text.length : found + 1;
  return { span: { start: at, end: at }, newText: found === -1 ? `\n${line}` : `${line}\n` };
}

function moreItems(list: Extract<ConfigNode, { kind: 'list' }>, values: readonly unknown[]): TextEdit {
  const last = list.items.at(-1);
  const written = values.map(inlineToml);
  const at = last ? last.span.end : list.span.start + 1;
  return {
    span: { start: at, end: at },
    newText: last ? written.map((one) => `, ${one}`).join('') : written.join(', '),
  };
}
