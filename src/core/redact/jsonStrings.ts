/** A JSON array or object under construction, to be filled from `source`. */
type Pair =
  | { readonly source: readonly unknown[]; readonly target: unknown[] }
  | { readonly source: object; readonly target: object };

/** Every string of a JSON value, and each property name once. Iterative: depth costs no stack. */
export function stringsOf(value: unknown): string[] {
  const names = new Set<string>();
  const strings: string[] = [];
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next === 'string') {
      strings.push(next);
    } else if (Array.isArray(next)) {
      for (const element of next) {
        pending.push(element);
      }
    } else if (typeof next === 'object' && next !== null) {
      for (const name of Object.keys(next)) {
        names.add(name);
        pending.push((next as Record<string, unknown>)[name]);
      }
    }
  }
  return [...names, ...strings];
}

/** Every number of a JSON value. Iterative, too. */
export function numbersOf(value: unknown): number[] {
  const numbers: number[] = [];
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next === 'number') numbers.push(next);
    else if (typeof next === 'object' && next !== null) for (const member of Object.values(next)) pending.push(member);
  }
  return numbers;
}

/**
 * A copy of a JSON value with strings, numbers and property names replaced, and how many were. Names that become equal are told
 * apart by a number, so that no member is lost.
 */
export function replaceStrings(
  value: unknown,
  replacements: ReadonlyMap<string, { readonly text: string; readonly count: number }>,
  numbers: ReadonlyMap<number, string>,
): { value: unknown; count: number } {
  let count = 0;
  const pending: Pair[] = [];
  const copy = (source: unknown): unknown => {
    if (typeof source === 'string') {
      const replacement = replacements.get(source);
      count += replacement?.count ?? 0;
      return replacement?.text ?? source;
    }
    if (typeof source === 'number') {
      const marker = numbers.get(source);
      if (marker !== undefined) count += 1;
      return marker ?? source;
    }
    if (typeof source !== 'object' || source === null) {
      return source;
    }
    const target = Array.isArray(source) ? [] : {};
    pending.push({ source, target });
    return target;
  };
  const root = copy(value);
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    if (Array.isArray(pair.source)) {
      const target = pair.target as unknown[];
      for (const element of pair.source) {
        target.push(copy(element));
      }
      continue;
    }
    for (const [key, member] of Object.entries(pair.source)) {
      // `defineProperty`, because assigning to `__proto__` would not make a member.
      Object.defineProperty(pair.target, freeName(pair.target, pair.source, copy(key) as string, key), {
        value: copy(member),
        configurable: true,
        enumerable: true,
        writable: true,
      });
    }
  }
  return { value: root, count };
}

function freeName(target: object, source: object, wanted: string, original: string): string {
  let name = wanted;
  for (let number = 2; name !== original && (Object.hasOwn(target, name) || Object.hasOwn(source, name)); number++) {
    name = `${wanted} (${number})`;
  }
  return name;
}
