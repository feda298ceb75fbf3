import { phrase } from '../../text/phrase.ts';
import type { ConfigFile, Finding, Fix } from '../model/checkupModel.ts';
import { withinSpan } from '../model/innerSpan.ts';
import { changedText, RemovalNotPossibleError, rootOf } from './changedText.ts';
import { nodeAt, pathsOfSpans } from './configChange.ts';

/**
 * The file's text with a finding fixed: a part of one text is another one, and nothing else changes. Throws
 * {@link RemovalNotPossibleError} when the text is not there, or cannot be changed so.
 */
export function fixedText(
  file: Pick<ConfigFile, 'text' | 'format'>,
  { span }: Pick<Finding, 'span'>,
  fix: Pick<Fix, 'span'>,
  newText: string,
): string {
  const root = rootOf(file);
  const path = pathsOfSpans(root, [span]).get(span.start);
  const node = path && nodeAt(root, path);
  const part = node?.kind === 'text' ? withinSpan(file.text, node, fix.span) : undefined;
  if (!path || node?.kind !== 'text') throw new RemovalNotPossibleError(phrase`The file no longer has this entry.`);
  if (!part) {
    throw new RemovalNotPossibleError(
      phrase`The text is written over several lines, so its part cannot be changed alone. Change it by hand.`,
    );
  }
  const value = node.value.slice(0, part.start) + newText + node.value.slice(part.end);
  return changedText(file, [{ kind: 'text', path, value }]);
}
