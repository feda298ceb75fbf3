import { markdownText } from './markdownText.ts';

/** A label longer than this pushes everything else out of sight. */
const MAX_LABEL = 80;

/**
 * A text out of somebody's file as it may stand in a label, a tooltip, a toast or a dialog: without control, bidirectional
 * and line-separating characters, which could make one text look like another, without quotation marks that could end ours
 * and go on in our voice, and cut. It is never Markdown there, but VS Code makes links of `[text](command:…)` in toasts and
 * icons of `$(name)` in lists.
 */
export function shownText(text: string, longest = MAX_LABEL): string {
  const quoted = clean(text).replaceAll(/[\p{Pi}\p{Pf}„‚]/gu, "'");
  return cut(quoted.replaceAll('](', '] (').replaceAll('$(', '$ ('), longest);
}

/** Longer names are nobody's, and room for a sentence of their own. */
const MAX_NAME = 48;

/** The same for the name of a file or a folder. */
export function shownName(name: string): string {
  return shownText(name, MAX_NAME);
}

/** A path may be this long: its end is what tells files apart. */
const MAX_PATH = 200;

/** The same for a path, whose folders a repository names as it likes; cut at its start. */
export function shownPath(path: string): string {
  const points = [...shownText(path, Number.POSITIVE_INFINITY)];
  return points.length > MAX_PATH ? `…${points.slice(1 - MAX_PATH).join('')}` : points.join('');
}

/** The same for Markdown, where it begins no link, picture, HTML or table cell either. */
export function shownMarkdown(text: string, longest = MAX_LABEL): string {
  return markdownText(cut(clean(text), longest));
}

function clean(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu, '\u{fffd}')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function cut(text: string, longest: number): string {
  const points = [...text];
  return points.length > longest ? `${points.slice(0, longest - 1).join('')}…` : text;
}
