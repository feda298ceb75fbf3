/** What some reader of YAML 1.1 or 1.2 takes for something else than a string: words, and a number that is its exponent alone. */
const TAKEN = /^(?:true|false|null|yes|no|on|off|y|n|e-?\d+)$/i;

/** What no reader could take for anything else than the string that it is, inside or outside braces. */
const PLAIN = [
  // A path pattern.
  /^\/[\w./*~%-]*$/,
  // A URL.
  /^https?:\/\/[\w./~-]+(?::\d+(?:[A-Za-z_./~-][\w./~-]*)?)?$/,
  // A word: it begins with a letter, as no number and no date does.
  /^[A-Za-z_](?:[\w./*%:-]*[\w/*%])?$/,
];

/** A text as a YAML value on one line: plain where it can be, else in double quotes, which JSON has as YAML 1.2 does. */
export function yamlText(text: string): string {
  return !TAKEN.test(text) && PLAIN.some((plain) => plain.test(text)) ? text : JSON.stringify(text);
}

/** A value on one line, with braces and brackets. */
export function flowText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowText).join(', ')}]`;
  if (typeof value === 'string') return yamlText(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const pairs = Object.entries(value).map(([key, one]) => `${yamlText(key)}: ${flowText(one)}`);
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}
