import { withoutCase } from '../../text/withoutCase.ts';

/**
 * The folded form in which deny and ask rules are compared: percent-decoded once, NFKC, lower case. Lower-casing goes
 * code point by code point, because the whole-string form depends on context (a final sigma) and a pattern is folded
 * in pieces. A text that does not decode stays as it is; canonical paths and patterns always decode.
 */
export function foldSegment(segment: string): string {
  // Most segments are plain lower-case ASCII, for which all of it is the identity.
  if (/^[a-z0-9._~-]*$/.test(segment)) return segment;
  let decoded = segment;
  try {
    decoded = decodeURIComponent(segment);
  } catch {
    decoded = segment;
  }
  return lowerCase(decoded.normalize('NFKC')).normalize('NFKC');
}

/** Code point by code point; only for a sigma that is more than doing it to the whole. */
function lowerCase(text: string): string {
  if (!text.includes('Σ')) return text.toLowerCase();
  let lower = '';
  for (const character of text) lower += character.toLowerCase();
  return lower;
}

/** A value or a field's name in folded form, as lenient servers compare them: without invisible characters and case. */
export function foldText(text: string): string {
  if (/^[a-z0-9_]*$/.test(text)) return text;
  // Printable ASCII without an escape has capital letters to fold, and blanks around it to lose.
  if (/^[ -$&-~]*$/.test(text)) return text.toLowerCase().trim();
  return withoutCase(foldSegment(text))
    .replace(/[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
    .trim();
}
