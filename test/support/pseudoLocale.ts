import { type Phrase, worded } from '../../src/core/text/phrase.ts';

/** A phrase in a language in which every letter of a template is another one: what is left in Latin letters came from a gap. */
export function inPseudo(text: Phrase): string {
  return worded(
    text,
    (template, args) =>
      `⟦${template.replace(/\{(\d+)\}|[A-Za-z]/g, (found, gap?: string) => (gap === undefined ? accented(found) : String(args[Number(gap)])))}⟧`,
  );
}

/** The words in a text that no translator gets: two or more in a row. Names, numbers, code and lists of them have none. */
export function untranslated(text: string): readonly string[] {
  return text.match(/[A-Za-z’]{2,}(?: [A-Za-z’]+)+/g) ?? [];
}

/** The small letter of the Cyrillic block at the same place in its alphabet. */
function accented(letter: string): string {
  return String.fromCharCode(0x430 + (letter.toLowerCase().charCodeAt(0) - 97));
}
