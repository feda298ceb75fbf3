import type { Span } from '../../text/span.ts';
import type { TextEdit } from '../../text/textEdit.ts';

/** How a format writes what no parser minds. */
export interface Trivia {
  /** Where the next character stands that is neither white space nor part of a comment. */
  skip(text: string, from: number): number;
  /** The blanks and the comment that a line ends with, with its line end. */
  readonly lineRest: RegExp;
}

/** As TOML and YAML have it. */
export const HASH_TRIVIA: Trivia = { skip: skipHashTrivia, lineRest: /^[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/ };

/**
 * What takes some of the things that commas separate out of a text, so that the rest is as valid as before and stays as it
 * is by a character. Lines that held nothing else go as a whole, a comment at the end of the line included.
 */
export function separatedRemoval(
  text: string,
  children: readonly Span[],
  removed: ReadonlySet<number>,
  trivia: Trivia,
): readonly TextEdit[] {
  return children.flatMap((child, at) => {
    if (!removed.has(at)) return [];
    const comma = trivia.skip(text, child.end);
    if (text[comma] === ',') return [wholeLines(text, child.start, comma + 1, trivia)];
    // The last of its siblings: the comma before it has nothing to separate any more.
    const kept = children.findLast((_, index) => index < at && !removed.has(index));
    const before = kept && trivia.skip(text, kept.end);
    return [
      ...(before !== undefined && text[before] === ','
        ? [{ span: { start: before, end: before + 1 }, newText: '' }]
        : []),
      wholeLines(text, child.start, child.end, trivia),
    ];
  });
}

function wholeLines(text: string, start: number, end: number, { lineRest }: Trivia): TextEdit {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const rest = lineRest.exec(text.slice(end, end + MAX_REST));
  if (indentBefore(text, start) !== undefined && rest) {
    return { span: { start: lineStart, end: end + rest[0].length }, newText: '' };
  }
  const spaces = /^[ \t]*/.exec(text.slice(end, end + MAX_REST))?.[0].length ?? 0;
  return { span: { start, end: end + spaces }, newText: '' };
}

/** A comment that is longer stays. */
const MAX_REST = 10_000;

/** The blanks that a line begins with, where nothing but them stands before an offset; else undefined. */
export function indentBefore(text: string, at: number): string | undefined {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at).replace(/^\u{feff}/u, '');
  return /^[ \t]*$/.test(line) ? line : undefined;
}

function skipHashTrivia(text: string, from: number): number {
  let at = from;
  for (;;) {
    while (/\s/.test(text[at] ?? '')) at += 1;
    if (text[at] !== '#') return at;
    const end = text.indexOf('\n', at);
    at = end === -1 ? text.length : end;
  }
}
