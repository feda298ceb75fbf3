/** Where something was left out of an answer: a JSON Pointer, how many items (or characters) were kept, and of how many. */
export interface Truncation {
  readonly at: string;
  readonly kept: number;
  readonly total: number;
}

const MAX_NOTES = 20;
/** Less room than this shows nothing of a large member. */
const MIN_SHARE = 40;

/**
 * Cuts a JSON value down to about `maxChars` characters of minified JSON. Arrays are cut to whole items and long
 * strings to a beginning, largest parts first, so that the result stays valid JSON of the same shape.
 */
export function truncateJson(value: unknown, maxChars: number): { value: unknown; truncated: Truncation[] } {
  // Most answers fit, and to write one takes a tenth of the time that it takes to measure its parts.
  if (jsonSize(value) <= maxChars) return { value, truncated: [] };
  const truncated: Truncation[] = [];
  const sizes = new Map<object, number>();
  measure(value, sizes);
  return {
    value: new Shrinker(sizes, truncated).shrink(value, maxChars, ''),
    truncated: truncated.slice(0, MAX_NOTES),
  };
}

export function truncateText(text: string, maxChars: number): { text: string; truncated: Truncation[] } {
  if (text.length <= maxChars) return { text, truncated: [] };
  const kept = wholeCharacters(text, maxChars);
  return { text: text.slice(0, kept), truncated: [{ at: '', kept, total: text.length }] };
}

class Shrinker {
  readonly #sizes: ReadonlyMap<object, number>;
  readonly #notes: Truncation[];

  constructor(sizes: ReadonlyMap<object, number>, notes: Truncation[]) {
    this.#sizes = sizes;
    this.#notes = notes;
  }

  shrink(value: unknown, budget: number, at: string): unknown {
    if (this.#sizeOf(value) <= budget) return value;
    if (typeof value === 'string') {
      const kept = wholeCharacters(value, Math.max(0, budget - 2));
      this.#notes.push({ at, kept, total: value.length });
      return value.slice(0, kept);
    }
    if (Array.isArray(value)) return this.#shrinkArray(value, budget, at);
    if (typeof value === 'object' && value !== null) return this.#shrinkObject(value, budget, at);
    return value;
  }

  #shrinkArray(value: readonly unknown[], budget: number, at: string): unknown[] {
    const kept: unknown[] = [];
    let left = budget - 2;
    for (const item of value) {
      const size = this.#sizeOf(item) + 1;
      if (size > left) break;
      kept.push(item);
      left -= size;
    }
    // A first item that is too large by itself is cut inside, so that the agent sees its shape.
    if (kept.length === 0 && value.length > 0 && left > 40) kept.push(this.shrink(value[0], left - 1, `${at}/0`));
    if (kept.length < value.length) this.#notes.unshift({ at, kept: kept.length, total: value.length });
    return kept;
  }

  /** As many members as fit stay, the small ones whole; what is left of the budget goes to the first of the large ones. */
  #shrinkObject(value: object, budget: number, at: string): unknown {
    const entries = Object.entries(value).map(([name, member], order) => ({
      name,
      member: member as unknown,
      order,
      overhead: jsonSize(name) + 2,
      size: this.#sizeOf(member),
    }));
    let left = budget - 2;
    const kept: { readonly name: string; readonly value: unknown; readonly order: number }[] = [];
    for (const { name, member, order, overhead, size } of [...entries].sort((a, b) => a.size - b.size)) {
      if (overhead + size <= left) {
        kept.push({ name, value: member, order });
        left -= overhead + size;
      } else if (left > overhead + MIN_SHARE) {
        const given = left - overhead;
        const shrunk = this.shrink(member, given, `${at}/${escapeToken(name)}`);
        kept.push({ name, value: shrunk, order });
        left -= overhead + measure(shrunk, new Map());
      }
    }
    if (kept.length < entries.length) this.#notes.unshift({ at, kept: kept.length, total: entries.length });
    return Object.fromEntries(kept.sort((a, b) => a.order - b.order).map(({ name, value: member }) => [name, member]));
  }

  #sizeOf(value: unknown): number {
    return typeof value === 'object' && value !== null ? (this.#sizes.get(value) ?? 0) : jsonSize(value);
  }
}

/** Sizes of all arrays and objects as minified JSON, in one pass. Answers are nested 256 deep at most. */
function measure(value: unknown, sizes: Map<object, number>): number {
  if (typeof value !== 'object' || value === null) return jsonSize(value);
  let size = 2;
  if (Array.isArray(value)) for (const item of value) size += measure(item, sizes) + 1;
  else {
    for (const [name, member] of Object.entries(value)) size += jsonSize(name) + measure(member, sizes) + 2;
  }
  sizes.set(value, size);
  return size;
}

function jsonSize(value: unknown): number {
  return JSON.stringify(value)?.length ?? 4;
}

/** Not between the two halves of a surrogate pair. */
function wholeCharacters(text: string, length: number): number {
  const code = text.charCodeAt(length - 1);
  return length > 0 && code >= 0xd800 && code <= 0xdbff ? length - 1 : length;
}

function escapeToken(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
