import type { TextEdit } from '../../text/textEdit.ts';
import type { ConfigNode } from '../read/configNode.ts';
import { placeAt } from './jsonPlace.ts';

/** What puts another value in the place of a key's, indented as its lines are. Undefined when the pointer names nothing. */
export function jsonReplacement(
  text: string,
  root: ConfigNode | undefined,
  pointer: string,
  value: Readonly<Record<string, unknown>>,
): readonly TextEdit[] | undefined {
  const place = placeAt(root, pointer);
  if (!place) return undefined;
  const line = text.slice(text.lastIndexOf('\n', place.span.start - 1) + 1, place.span.start);
  const indent = /^[ \t]*/.exec(line)?.[0] ?? '';
  const unit = indent.startsWith('\t') ? '\t' : indent.length >= 8 ? '    ' : '  ';
  const lines = JSON.stringify(value, undefined, unit).split('\n');
  return [{ span: place.value.span, newText: lines.join(`\n${indent}`) }];
}
