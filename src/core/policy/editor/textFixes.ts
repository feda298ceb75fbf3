import { isScalar, type ParsedNode } from 'yaml';
import { phrase } from '../../text/phrase.ts';
import type { Problem } from '../../text/problem.ts';
import type { Span } from '../../text/span.ts';
import type { TextEdit } from '../../text/textEdit.ts';
import { firstForbidden } from '../text/textGuard.ts';
import { nodeWithSpan } from '../text/yamlFind.ts';
import type { PolicyFix } from './policyFix.ts';

/** What a path does not hold either. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/u;

/** The fix of what is wrong with the characters themselves, whatever they say as YAML. */
export function textFix(text: string, { code, span }: Problem): PolicyFix | undefined {
  switch (code) {
    case 'forbidden-character':
      return firstForbidden(text.slice(span.start, span.end)) === undefined
        ? undefined
        : { title: phrase`Remove the character`, edits: [remove(span)] };
    case 'yaml-anchor':
      return anchorFix(text, span);
    case 'yaml-directive':
      return {
        title: phrase`Remove this line`,
        edits: [remove({ start: lineStart(text, span.start), end: nextLine(text, span.end) })],
      };
    default:
      return undefined;
  }
}

/** A character that a text in double quotes spells as an escape, or that only a path must not hold. */
export function removeCharacter(text: string, root: ParsedNode, span: Span): PolicyFix | undefined {
  const node = nodeWithSpan(root, span)?.node;
  if (!isScalar(node) || typeof node.value !== 'string') return undefined;
  const isKey = /^[ \t]*:/.test(text.slice(span.end, span.end + 100));
  const characters = [...node.value];
  const isForbidden = (one: string): boolean => firstForbidden(one) !== undefined || (isKey && one === '\n');
  const isInvisible = (one: string): boolean => INVISIBLE.test(one);
  const remove = characters.some(isForbidden) ? isForbidden : isInvisible;
  const clean = characters.filter((one) => !remove(one)).join('');
  if (clean === '') return undefined;
  return { title: phrase`Remove the character`, edits: [{ span, newText: JSON.stringify(clean) }] };
}

/** An anchor is taken away from what it stands before. One that stands alone may be meant as a text. */
function anchorFix(text: string, { start, end }: Span): PolicyFix | undefined {
  const behind = /^[ \t]*/.exec(text.slice(end))?.[0].length ?? 0;
  const rest = text.slice(end + behind);
  if (/^[^\s#,\]}]/.test(rest)) return fixOf(remove({ start, end: end + behind }));
  // A map or a list on the lines below, indented further than the key that has the anchor.
  const own = /^[ \t]*/.exec(text.slice(lineStart(text, start)))?.[0].length ?? 0;
  const below = /^(?:#[^\n]*)?\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*([ \t]*)[^\s#]/.exec(rest)?.[1]?.length ?? 0;
  const before = /(?<![ \t])[ \t]*$/.exec(text.slice(0, start))?.[0].length ?? 0;
  return below > own ? fixOf(remove({ start: start - before, end })) : undefined;
}

function fixOf(edit: TextEdit): PolicyFix {
  return { title: phrase`Remove the anchor`, edits: [edit] };
}

function remove(span: Span): TextEdit {
  return { span, newText: '' };
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

function nextLine(text: string, at: number): number {
  const end = text.indexOf('\n', at - 1);
  return end === -1 ? text.length : end + 1;
}
