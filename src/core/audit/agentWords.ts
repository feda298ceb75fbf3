/** What cannot be seen, or changes how the rest is shown: controls, bidirectional and zero-width characters, and more. */
const UNSHOWABLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
/** Whatever closes a quotation, or looks as if it did. */
const QUOTATION_MARKS = /["“”„‟«»＂]/g;

/**
 * Words of an agent's as the user is shown them inside our quotation marks: one line, nothing in it that is not seen or
 * that ends the quotation, cut after `most` characters.
 */
export function agentWords(text: string, most: number): string {
  // Bounded first: an agent may send any length.
  const line = text
    .slice(0, most * 4)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(UNSHOWABLE, '')
    .replaceAll(QUOTATION_MARKS, "'")
    .trim();
  return line.length > most || text.length > most * 4 ? `${line.slice(0, most).trimEnd()}…` : line;
}
