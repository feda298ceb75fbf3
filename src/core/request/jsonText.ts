/** A JSON text's value, with what JSON.parse loses: how a number is written, and that a name stands there twice. */
export type JsonValue =
  | { readonly kind: 'string'; readonly text: string }
  /** As written. */
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'array'; readonly items: readonly JsonValue[] }
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, JsonValue> };

/** Levels of objects and arrays, as in a request's body. */
const MAX_DEPTH = 64;

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const SPACE = /[ \t\n\r]*/y;

/**
 * Reads a JSON text (RFC 8259). Undefined for what two readers may take for two things: a text that is not JSON, a name
 * that an object has twice, more than 64 levels. Takes time linear in the text.
 */
export function readJson(text: string): JsonValue | undefined {
  const reader = new JsonReader(text);
  const value = reader.value(0);
  return value !== undefined && reader.atEnd() ? value : undefined;
}

class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    this.#take(SPACE);
    return this.#at === this.#text.length;
  }

  value(depth: number): JsonValue | undefined {
    this.#take(SPACE);
    switch (this.#text[this.#at]) {
      case '{':
        return depth < MAX_DEPTH ? this.#object(depth + 1) : undefined;
      case '[':
        return depth < MAX_DEPTH ? this.#array(depth + 1) : undefined;
      case '"': {
        const text = this.#string();
        return text === undefined ? undefined : { kind: 'string', text };
      }
      default:
        return this.#word();
    }
  }

  #object(depth: number): JsonValue | undefined {
    const fields = new Map<string, JsonValue>();
    this.#at += 1;
    if (this.#is('}')) return { kind: 'object', fields };
    do {
      this.#take(SPACE);
      const name = this.#string();
      if (name === undefined || fields.has(name) || !this.#is(':')) return undefined;
      const value = this.value(depth);
      if (value === undefined) return undefined;
      fields.set(name, value);
    } while (this.#is(','));
    return this.#is('}') ? { kind: 'object', fields } : undefined;
  }

  #array(depth: number): JsonValue | undefined {
    const items: JsonValue[] = [];
    this.#at += 1;
    if (this.#is(']')) return { kind: 'array', items };
    do {
      const value = this.value(depth);
      if (value === undefined) return undefined;
      items.push(value);
    } while (this.#is(','));
    return this.#is(']') ? { kind: 'array', items } : undefined;
  }

  #word(): JsonValue | undefined {
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    const text = this.#take(NUMBER);
    return text === undefined ? undefined : { kind: 'number', text };
  }

  #string(): string | undefined {
    if (this.#text[this.#at] !== '"') return undefined;
    let end = this.#at + 1;
    while (end < this.#text.length && this.#text[end] !== '"') end += this.#text[end] === '\\' ? 2 : 1;
    const quoted = this.#text.slice(this.#at, end + 1);
    this.#at = end + 1;
    try {
      return JSON.parse(quoted) as string;
    } catch {
      // A bad escape, a control character, or no end.
      return undefined;
    }
  }

  /** Whether this character comes next, which is then read. */
  #is(character: string): boolean {
    this.#take(SPACE);
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #take(token: RegExp): string | undefined {
    token.lastIndex = this.#at;
    const found = token.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }
}

const WORDS: readonly (readonly [string, JsonValue])[] = [
  ['true', { kind: 'boolean', value: true }],
  ['false', { kind: 'boolean', value: false }],
  ['null', { kind: 'null' }],
];
