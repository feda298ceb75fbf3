import type { TextEdit } from '../../text/textEdit.ts';
import type { ConfigNode } from '../read/configNode.ts';
import { placeAt, skipTrivia } from './jsonPlace.ts';

/**
 * What takes a key with its value, or an item of a list, out of a JSON text, so that the rest is as valid as before and
 * stays as it is by a character. Lines that held nothing else go as a whole, a comment at the end of the line included.
 * Undefined when the pointer names nothing.
 */
export function jsonRemoval(
  text: string,
  root: ConfigNode | undefined,
  pointer: string,
): readonly TextEdit[] | undefined {
  const place = placeAt(root, pointer);
  if (!place) return undefined;
  const { span, previousEnd } = place;
  const comma = skipTrivia(text, span.end);
  if (text[comma] === ',') return [wholeLines(text, span.start, comma + 1)];
  // The last of its siblings: the comma before it has nothing to separate any more.
  const before = previousEnd === undefined ? undefined : skipTrivia(text, previousEnd);
  return [
    ...(before !== undefined && text[before] === ','
      ? [{ span: { start: before, end: before + 1 }, newText: '' }]
      : []),
    wholeLines(text, span.start, span.end),
  ];
}

function wholeLines(text: string, start: number, end: number): TextEdit {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const ownLine = text.slice(lineStart, start).trim() === '';
  const rest = /^[ \t]*(?:\/\/[^\n]*)?(?:\r?\n|$)/.exec(text.slice(end));
  if (ownLine && rest) return { span: { start: lineStart, end: end + rest[0].length }, newText: '' };
  const spaces = /^[ \t]*/.exec(text.slice(end))?.[0].length ?? 0;
  return { span: { start, end: end + spaces }, newText: '' };
}
