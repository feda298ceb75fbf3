/** A label longer than this pushes everything else out of sight. */
const LONGEST_LABEL = 80;

/**
 * A text out of somebody's file as it may stand in a label, a tooltip or a dialog: without control, bidirectional and
 * line-separating characters, which could make one text look like another, and cut. It is never Markdown there.
 */
export function shownText(text: string, longest = LONGEST_LABEL): string {
  const clean = text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu, '\u{fffd}')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const points = [...clean];
  return points.length > longest ? `${points.slice(0, longest - 1).join('')}…` : clean;
}

/** The same for Markdown: every character that could begin a link, a picture, HTML or a table cell is escaped. */
export function markdownText(text: string, longest = LONGEST_LABEL): string {
  return shownText(text, longest).replaceAll(/[\\`*_{}[\]()<>#+\-.!|~&:@/]/g, '\\$&');
}

/** The text with each span's characters replaced by as many dots, so that every other offset stays what it was. */
export function masked(text: string, spans: readonly { readonly start: number; readonly end: number }[]): string {
  let result = text;
  for (const { start, end } of spans) result = result.slice(0, start) + '•'.repeat(end - start) + result.slice(end);
  return result;
}
