import type { Span } from '../../text/span.ts';

/** One insertion, deletion or replacement of a text. */
export interface TextEdit {
  readonly span: Span;
  readonly text: string;
}

/** The text with all edits made. They may come in any order and must not overlap. */
export function edited(text: string, edits: readonly TextEdit[]): string {
  const inOrder = [...edits].sort((one, other) => other.span.start - one.span.start);
  return inOrder.reduce(
    (result, { span, text: put }) => result.slice(0, span.start) + put + result.slice(span.end),
    text,
  );
}
