import { MarkdownString } from 'vscode';
import { markdownText } from '../util/markdownText.ts';

/** A tooltip of these lines. Text that came from elsewhere is shown as text, not as Markdown. */
export function plainTooltip(lines: readonly string[]): MarkdownString {
  return new MarkdownString(lines.filter(Boolean).map(markdownText).join('\n\n'));
}
