/** A path as the agent wrote it without its query, and that query: a second question mark is a part of it. */
export function dividedPath(written: string): readonly [path: string, query: string | undefined] {
  const mark = written.indexOf('?');
  return mark < 0 ? [written, undefined] : [written.slice(0, mark), written.slice(mark + 1)];
}

/** The parameters of a query or a form that is written as text, decoded; of several with one name the first. */
export function parametersOf(written: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(written)) if (!found.has(name)) found.set(name, value);
  return found;
}

/** The name in one `name=value`, decoded. */
export function nameOf(pair: string): string | undefined {
  return new URLSearchParams(pair).keys().next().value;
}
