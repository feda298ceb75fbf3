/** `name = value`, or `a.b = value`; in quotes what has to be. */
export function entryText(name: string | readonly string[], value: unknown): string {
  const names = typeof name === 'string' ? [name] : name;
  return `${names.map(keyText).join('.')} = ${inlineToml(value)}`;
}

export function keyText(name: string): string {
  return /^[\w-]+$/.test(name) ? name : stringText(name);
}

/** A value on one line. TOML has no null, and nothing here has one. */
export function inlineToml(value: unknown): string {
  if (typeof value === 'string') return stringText(value);
  if (Array.isArray(value)) return `[${value.map(inlineToml).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([name, item]) => entryText(name, item));
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** A basic string: its escapes are those of JSON, but for one character that JSON leaves as it is. */
function stringText(text: string): string {
  return JSON.stringify(text).replaceAll('\u{7f}', '\\u007f');
}
