const MAX_POINTERS = 50;

/** A tree of wanted parts: an empty one wants everything below. */
interface Wanted {
  all: boolean;
  readonly members: Map<string, Wanted>;
}

/** What is wrong with the list itself, or undefined. */
export function checkPointers(pointers: readonly string[]): string | undefined {
  if (pointers.length > MAX_POINTERS) return `select takes at most ${MAX_POINTERS} pointers`;
  const bad = pointers.find((pointer) => pointer !== '' && !pointer.startsWith('/'));
  return bad === undefined
    ? undefined
    : 'each entry of select is a JSON Pointer that starts with "/", such as "/data/*/id"';
}

/**
 * Reduces a JSON value to what a list of JSON Pointers (RFC 6901) names, with `*` for every element of an array or
 * member of an object. The result keeps the shape: the same nesting with only the selected parts.
 */
export function select(value: unknown, pointers: readonly string[]): { value: unknown; missing: readonly string[] } {
  const root: Wanted = { all: false, members: new Map() };
  for (const pointer of pointers) {
    let at = root;
    for (const token of tokens(pointer)) {
      let next = at.members.get(token);
      if (!next) {
        next = { all: false, members: new Map() };
        at.members.set(token, next);
      }
      at = next;
    }
    at.all = true;
  }
  const missing = pointers.filter((pointer) => !exists(value, tokens(pointer)));
  return { value: pick(value, root), missing };
}

function tokens(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function pick(value: unknown, wanted: Wanted): unknown {
  if (wanted.all) return value;
  const every = wanted.members.get('*');
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => {
      const part = merge(wanted.members.get(String(index)), every);
      return part && typeof item === 'object' && item !== null ? [pick(item, part)] : part?.all ? [item] : [];
    });
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, member]) => {
        const part = merge(wanted.members.get(name), every);
        if (!part) return [];
        if (part.all) return [[name, member] as const];
        return typeof member === 'object' && member !== null ? [[name, pick(member, part)] as const] : [];
      }),
    );
  }
  return undefined;
}

function merge(a: Wanted | undefined, b: Wanted | undefined): Wanted | undefined {
  if (!a || !b) return a ?? b;
  const members = new Map(a.members);
  for (const [name, part] of b.members) {
    const both = merge(members.get(name), part);
    if (both) members.set(name, both);
  }
  return { all: a.all || b.all, members };
}

function exists(value: unknown, path: readonly string[]): boolean {
  const [head, ...rest] = path;
  if (head === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  if (head === '*') return Object.values(value).some((member) => exists(member, rest));
  return Object.hasOwn(value, head) && exists((value as Record<string, unknown>)[head], rest);
}
