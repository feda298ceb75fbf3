/** A JSON text's value, with what JSON.parse loses: how a number is written, and that a name stands there twice. */
export type JsonValue =
  | { readonly kind: 'string'; readonly text: string }
  /** As written. */
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  | JsonArray
  | JsonObject;

/** `length` counts all items; `items` are the first of them, as many as were to be kept. */
export interface JsonArray {
  readonly kind: 'array';
  readonly items: readonly JsonValue[];
  readonly length: number;
}

export interface JsonObject {
  readonly kind: 'object';
  readonly fields: ReadonlyMap<string, JsonValue>;
}

/** How much of a text is worth reading. A text with more names or items is not read. */
export interface JsonLimits {
  /** In all objects together. */
  readonly names: number;
  /** In all arrays together. */
  readonly items: number;
  /** The first so many items are kept; those behind them are checked, and no more. */
  readonly kept: number;
}

/** Levels of objects and arrays, as in a request's body. */
const MAX_DEPTH = 64;

const EVERYTHING: JsonLimits = {
  names: Number.POSITIVE_INFINITY,
  items: Number.POSITIVE_INFINITY,
  kept: Number.POSITIVE_INFINITY,
};
const NULL: JsonValue = { kind: 'null' };
const TRUE: JsonValue = { kind: 'boolean', value: true };
const EMPTY: JsonValue = { kind: 'object', fields: new Map() };
const FALSE: JsonValue = { kind: 'boolean', value: false };

const OBJECT = 0x7b;
const OBJECT_END = 0x7d;
const ARRAY = 0x5b;
const ARRAY_END = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const SMALL_E = 0x65;
const LARGE_E = 0x45;
const FALSE_START = 0x66;
const NULL_START = 0x6e;
const TRUE_START = 0x74;

/**
 * Reads a JSON text (RFC 8259). Undefined for what two readers may take for two things: a text that is not JSON, a name
 * that an object has twice, more than 64 levels; and for more than `limits` has. Takes time linear in the text.
 */
export function readJson(text: string, limits: JsonLimits = EVERYTHING): JsonValue | undefined {
  const reader = new JsonReader(text, limits);
  const value = reader.value(0, true);
  return value !== undefined && reader.atEnd() ? value : undefined;
}

class JsonReader {
  readonly #text: string;
  #at = 0;
  /** How many of each are left. */
  #names: number;
  #items: number;
  #kept: number;

  constructor(text: string, { names, items, kept }: JsonLimits) {
    this.#text = text;
    this.#names = names;
    this.#items = items;
    this.#kept = kept;
  }

  atEnd(): boolean {
    this.#space();
    return this.#at === this.#text.length;
  }

  /** `keep`: whether anybody will look at it. What nobody looks at is checked all the same, and some null stands for it. */
  value(depth: number, keep: boolean): JsonValue | undefined {
    this.#space();
    switch (this.#code()) {
      case OBJECT:
        return depth < MAX_DEPTH ? this.#object(depth + 1, keep) : undefined;
      case ARRAY:
        return depth < MAX_DEPTH ? this.#array(depth + 1, keep) : undefined;
      case QUOTE: {
        const text = this.#string(keep);
        if (text === undefined) return undefined;
        return keep ? { kind: 'string', text } : NULL;
      }
      case TRUE_START:
        return this.#word('true', TRUE);
      case FALSE_START:
        return this.#word('false', FALSE);
      case NULL_START:
        return this.#word('null', NULL);
      default:
        return this.#number(keep);
    }
  }

  #object(depth: number, keep: boolean): JsonValue | undefined {
    this.#at += 1;
    if (this.#is(OBJECT_END)) return EMPTY;
    const fields = new Map<string, JsonValue>();
    do {
      this.#space();
      const name = this.#string();
      this.#names -= 1;
      if (name === undefined || this.#names < 0 || fields.has(name) || !this.#is(COLON)) return undefined;
      const value = this.value(depth, keep);
      if (value === undefined) return undefined;
      fields.set(name, value);
    } while (this.#is(COMMA));
    return this.#is(OBJECT_END) ? { kind: 'object', fields } : undefined;
  }

  #array(depth: number, keep: boolean): JsonValue | undefined {
    const items: JsonValue[] = [];
    let length = 0;
    this.#at += 1;
    if (this.#is(ARRAY_END)) return { kind: 'array', items, length };
    do {
      const kept = keep && this.#kept > 0;
      const value = this.value(depth, kept);
      this.#items -= 1;
      if (value === undefined || this.#items < 0) return undefined;
      length += 1;
      if (!kept) continue;
      this.#kept -= 1;
      items.push(value);
    } while (this.#is(COMMA));
    return this.#is(ARRAY_END) ? { kind: 'array', items, length } : undefined;
  }

  #word(word: string, value: JsonValue): JsonValue | undefined {
    if (!this.#text.startsWith(word, this.#at)) return undefined;
    this.#at += word.length;
    return value;
  }

  #number(keep: boolean): JsonValue | undefined {
    const start = this.#at;
    this.#take(MINUS);
    if (!this.#take(ZERO) && !this.#digits()) return undefined;
    if (this.#take(POINT) && !this.#digits()) return undefined;
    if (this.#take(SMALL_E) || this.#take(LARGE_E)) {
      if (!this.#take(PLUS)) this.#take(MINUS);
      if (!this.#digits()) return undefined;
    }
    return keep ? { kind: 'number', text: this.#text.slice(start, this.#at) } : NULL;
  }

  /** One digit or more. */
  #digits(): boolean {
    const start = this.#at;
    for (let code = this.#code(); code >= ZERO && code <= NINE; code = this.#code()) this.#at += 1;
    return this.#at > start;
  }

  /** The text of a string; empty where nobody will look at it. */
  #string(keep = true): string | undefined {
    if (this.#code() !== QUOTE) return undefined;
    const start = this.#at;
    this.#at += 1;
    let plain = true;
    let code = this.#code();
    while (code !== QUOTE && code >= 0x20) {
      if (code === BACKSLASH) {
        plain = false;
        if (!this.#escaped()) return undefined;
      }
      this.#at += 1;
      code = this.#code();
    }
    // A control character, or the end.
    if (code !== QUOTE) return undefined;
    this.#at += 1;
    if (!keep) return '';
    return plain
      ? this.#text.slice(start + 1, this.#at - 1)
      : (JSON.parse(this.#text.slice(start, this.#at)) as string);
  }

  /** Goes from a backslash to the last character of its escape. */
  #escaped(): boolean {
    this.#at += 1;
    const letter = this.#text[this.#at] ?? '';
    if (letter !== 'u') return letter !== '' && '"\\/bfnrt'.includes(letter);
    const hex = this.#text.slice(this.#at + 1, this.#at + 5);
    this.#at += 4;
    return /^[0-9A-Fa-f]{4}$/.test(hex);
  }

  /** Whether this character comes next, after any space; it is then read. */
  #is(code: number): boolean {
    this.#space();
    return this.#take(code);
  }

  #take(code: number): boolean {
    if (this.#code() !== code) return false;
    this.#at += 1;
    return true;
  }

  #space(): void {
    let code = this.#code();
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
      this.#at += 1;
      code = this.#code();
    }
  }

  #code(): number {
    return this.#text.charCodeAt(this.#at);
  }
}
