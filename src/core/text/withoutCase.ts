/**
 * A text as the most lenient reader compares it where case is no matter: by the full case folding of Unicode, as file systems
 * have it (`ß` is `ss`), and by upper case as by lower, as Java has it (`ı` is `I`, and `İ` is `i`). The form of a part is the
 * part of the form, because a pattern is folded in pieces: the sigma at the end of a word is one like any other.
 */
export function withoutCase(text: string): string {
  // In ASCII the one makes no difference.
  if (/^[\0-~]*$/.test(text)) return text.toLowerCase();
  return text.toUpperCase().toLowerCase().replaceAll('ς', 'σ').replaceAll('i\u0307', 'i');
}
