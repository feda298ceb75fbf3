/** A JSON object, as far as it is one. */
export type Members = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What stands at a place within a JSON value, given as the names on the way; undefined where it leads nowhere. */
export function at(value: unknown, ...names: readonly string[]): unknown {
  let current = value;
  for (const name of names) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, name)) return undefined;
    current = (current as Members)[name];
  }
  return current;
}

/** The same for a JSON Pointer (RFC 6901). */
export function atPointer(value: unknown, pointer: string): unknown {
  const tokens = pointer.split('/').slice(1);
  return at(value, ...tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~')));
}

export function pointerOf(names: readonly string[]): string {
  return names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

export function textAt(value: unknown, ...names: readonly string[]): string | undefined {
  const found = at(value, ...names);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** A whole number, also where it is written as a text: parameters are. */
export function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** A name without its case and what stands between its words: `next_page_token`, `next-page-token` and `nextPageToken` are one. */
export function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_.-]/g, '');
}
