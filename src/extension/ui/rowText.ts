/** What a row says. Any of it may be an agent's or a file's: text, never Markdown, and as long as they like. */
export interface RowWords {
  readonly label: string;
  readonly description?: string;
  /** What the tooltip says; left out, the label and the description. */
  readonly lines?: readonly string[];
  /** What a screen reader says; left out, `lines`. */
  readonly spoken?: readonly string[];
}

/** What of it VS Code is given. */
export interface RowText {
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  readonly spoken: string;
}

/** In characters; no side bar is that wide. */
const MAX_LABEL = 160;
const MAX_LINE = 300;
const MAX_TOOLTIP = 1500;

/**
 * A view's rows go to VS Code anew with each change, all of them: what they cost there must not be an agent's choice. So
 * each text is cut, and a tooltip is a plain string: VS Code shows that as it is, and parses one in Markdown with each row.
 */
export function rowText({ label, description = '', lines, spoken }: RowWords): RowText {
  const shown = shortLines(lines ?? [description === '' ? label : `${label} (${description})`]);
  return {
    label: cut(label, MAX_LABEL),
    description: cut(description, MAX_LABEL),
    tooltip: cut(shown.join('\n'), MAX_TOOLTIP),
    spoken: cut((spoken === undefined ? shown : shortLines(spoken)).join(', '), MAX_TOOLTIP),
  };
}

function shortLines(lines: readonly string[]): readonly string[] {
  return lines.filter(Boolean).map((line) => cut(line, MAX_LINE));
}

/** At most so many code units, and no half of a character at the end. */
function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…` : text;
}
