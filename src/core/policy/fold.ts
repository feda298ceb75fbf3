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
  let lower = '';
  for (const character of decoded.normalize('NFKC')) lower += character.toLowerCase();
  return lower.normalize('NFKC');
}

/** A value or a field's name in folded form, as lenient servers compare them: without invisible characters and case. */
export function foldText(text: string): string {
  if (/^[a-z0-9_]*$/.test(text)) return text;
  return foldSegment(text)
    .replace(/[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
    .trim();
}
