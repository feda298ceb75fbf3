import type { Span } from './span.ts';

/** One replacement in a text; an empty span inserts. Its own line breaks are line feeds, whatever the text's are. */
export interface TextEdit {
  readonly span: Span;
  readonly newText: string;
}

/**
 * The text with all edits made. They may come in any order and must not overlap; what is inserted where something else is
 * taken out stands in its place. A text whose lines end as Windows ends them gets no other line ends.
 */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const inOrder = [...edits].sort((one, other) => other.span.start - one.span.start || other.span.end - one.span.end);
  const eol = lineEndOf(text);
  return inOrder.reduce(
    (result, { span, newText }) =>
      result.slice(0, span.start) + newText.replace(/\r?\n/g, eol) + result.slice(span.end),
    text,
  );
}

/** The line end that a text has. */
export function lineEndOf(text: string): '\n' | '\r\n' {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** An edit as a list; none for none. */
export function listOf(edit: TextEdit | undefined): readonly TextEdit[] {
  return edit === undefined ? [] : [edit];
}
