/** So many digits a double holds exactly in every case. */
const MAX_DIGITS = 15;

/**
 * A number in plain decimals, `5000` or `-0.5`, as a double that compares as the text does. Undefined for everything
 * that servers may read as different numbers: an exponent, a sign before nothing or before zero, leading zeros, more
 * than 15 digits.
 */
export function plainDecimal(text: string): number | undefined {
  // With a sign and a point.
  if (text.length > MAX_DIGITS + 2) return undefined;
  if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text)) return undefined;
  if (text.replace(/[-.]/g, '').length > MAX_DIGITS) return undefined;
  const value = Number(text);
  return Object.is(value, -0) ? undefined : value;
}

/** The plain decimals of a number that {@link plainDecimal} read. */
export function decimalText(value: number): string {
  const text = String(value);
  // At most 15 digits: only a small fraction has an exponent.
  return text.includes('e') ? value.toFixed(MAX_DIGITS).replace(/(?<!0)0+$/, '') : text;
}
