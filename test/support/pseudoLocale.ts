import { type Phrase, worded } from '../../src/core/text/phrase.ts';

/** A phrase in a language in which every letter of a template is another one: what is left in Latin letters came from a gap. */
export function inPseudo(text: Phrase): string {
  return worded(text, (template, args) =>
    pseudo(template).replace(/\{(\d+)\}/g, (_gap, index: string) => String(args[Number(index)])),
  );
}

/** A template in that language. Its gaps stay, and so does what is no text in it: where a link leads to, an icon. */
export function pseudo(template: string): string {
  return `⟦${inPseudoLetters(template)}⟧`;
}

/** A part of a template in that language, to find a text by. */
export function inPseudoLetters(text: string): string {
  return text.replace(/\{\d+\}|\]\([^)]*\)|\$\([\w~-]*\)|[A-Za-z]/g, (found) =>
    found.length === 1 ? accented(found) : found,
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
