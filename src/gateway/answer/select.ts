export const MAX_POINTERS = 50;
export const MAX_POINTER_CHARS = 500;
const MAX_TOKENS = 32;

/** A tree of wanted parts: an empty one wants everything below. */
interface Wanted {
  all: boolean;
  /** Whether the answer has it; found out on the way through it. */
  seen: boolean;
  readonly members: Map<string, Wanted>;
}

/** What is wrong with the list itself, or undefined. */
export function checkPointers(pointers: readonly string[]): string | undefined {
  if (pointers.length > MAX_POINTERS) return `select takes at most ${MAX_POINTERS} pointers`;
  for (const pointer of pointers) {
    if (pointer.length > MAX_POINTER_CHARS || tokens(pointer).length > MAX_TOKENS) {
      return `an entry of select takes at most ${MAX_POINTER_CHARS} characters and ${MAX_TOKENS} parts`;
    }
    if (pointer !== '' && !pointer.startsWith('/')) {
      return 'each entry of select is a JSON Pointer that starts with "/", such as "/data/*/id"';
    }
  }
  return undefined;
}

/**
 * Reduces a JSON value to what a list of JSON Pointers (RFC 6901) names, with `*` for every element of an array or
 * member of an object. The result keeps the shape: the same nesting with only the selected parts. `missing` are the
 * places in the list, from 1, of the pointers that name nothing. One pass over the value, whatever the pointers.
 */
export function select(value: unknown, pointers: readonly string[]): { value: unknown; missing: readonly number[] } {
  const root = fresh();
  const ends = pointers.map((pointer, index) => {
    let at = root;
    for (const token of tokens(pointer)) {
      const next = at.members.get(token) ?? fresh();
      at.members.set(token, next);
      at = next;
    }
    at.all = true;
    return { place: index + 1, at };
  });
  const picked = pick(value, [root]);
  return { value: picked, missing: ends.filter(({ at }) => !at.seen).map(({ place }) => place) };
}

function fresh(): Wanted {
  return { all: false, seen: false, members: new Map() };
}

function tokens(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** `wanted` are all parts of the tree that lead to this value: a name and `*` may both do. */
function pick(value: unknown, wanted: readonly Wanted[]): unknown {
  let whole = false;
  for (const part of wanted) {
    part.seen = true;
    whole ||= part.all;
  }
  const inner = wanted.filter(({ members }) => members.size > 0);
  if (Array.isArray(value)) {
    const kept = value.flatMap((item, index) => {
      const part = below(inner, String(index), item);
      return part === undefined ? [] : [part.value];
    });
    return whole ? value : kept;
  }
  if (typeof value === 'object' && value !== null) {
    const kept = Object.entries(value).flatMap(([name, member]) => {
      const part = below(inner, name, member);
      return part === undefined ? [] : [[name, part.value] as const];
    });
    return whole ? value : Object.fromEntries(kept);
  }
  return whole ? value : undefined;
}

/** What is kept of a member; undefined for nothing. */
function below(wanted: readonly Wanted[], name: string, member: unknown): { readonly value: unknown } | undefined {
  const parts: Wanted[] = [];
  for (const { members } of wanted) {
    const named = members.get(name);
    const every = members.get('*');
    if (named) parts.push(named);
    if (every) parts.push(every);
  }
  if (parts.length === 0) return undefined;
  // A plain value that a pointer wants to go through has nothing below it.
  const leaf = typeof member !== 'object' || member === null;
  if (leaf && !parts.some(({ all }) => all)) return undefined;
  return { value: pick(member, leaf ? parts.filter(({ all }) => all) : parts) };
}
