/**
 * A text as Markdown that shows it as it is: no link, image, command, code or HTML comes of it. Unlike VS Code's own
 * `appendText` it leaves single blanks as they are, so that lines break between words. Line breaks become blanks.
 */
export function markdownText(text: string): string {
  return text
    .replace(/\s/g, ' ')
    .replace(/[!-/:-@[-`{-~]/g, '\\$&')
    .replace(/(?<=^| ) | $/g, '&nbsp;');
}
