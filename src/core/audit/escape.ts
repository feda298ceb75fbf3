/**
 * Characters that a reader of the trail cannot see, or that change how the rest is shown: controls (C0, DEL, C1), line
 * and paragraph separators, bidirectional and zero-width characters, lone surrogates, unassigned code points.
 */
const UNSHOWABLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Writes every unshowable character as `\uXXXX`, two of them above U+FFFF. Inside JSON text that changes no value. */
export function escapeUnshowable(text: string): string {
  return text.replaceAll(UNSHOWABLE, escapeUnits);
}

/** Writes a text's code units as `\uXXXX`. */
export function escapeUnits(text: string): string {
  return Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join(
    '',
  );
}
