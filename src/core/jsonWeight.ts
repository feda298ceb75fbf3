/**
 * What a JSON text costs to parse, write and walk, besides its length: objects, arrays and names have a weight of one, values
 * in a row a quarter. A megabyte of them takes a tenth of a second where a text of a megabyte takes a millisecond.
 */
export class JsonWeight {
  #inString = false;
  #escaped = false;
  #parts = 0;
  #values = 0;

  /** Objects, arrays and names. */
  get parts(): number {
    return this.#parts;
  }

  get weight(): number {
    return this.#parts + Math.floor(this.#values / 4);
  }

  /** Goes on with the next piece of a text, in one pass. What it says of a text that is no JSON means nothing. */
  add(piece: string): this {
    let inString = this.#inString;
    let escaped = this.#escaped;
    let parts = 0;
    let values = 0;
    for (let i = 0; i < piece.length; i++) {
      const code = piece.charCodeAt(i);
      if (inString) {
        if (escaped) escaped = false;
        else if (code === 0x5c) escaped = true;
        else if (code === 0x22) inString = false;
      } else if (code === 0x22) inString = true;
      else if (code === 0x5b || code === 0x7b || code === 0x3a) parts++;
      else if (code === 0x2c) values++;
    }
    this.#inString = inString;
    this.#escaped = escaped;
    this.#parts += parts;
    this.#values += values;
    return this;
  }

  /** The next piece begins another text. */
  reset(): void {
    this.#inString = false;
    this.#escaped = false;
    this.#parts = 0;
    this.#values = 0;
  }
}

/**
 * Ten milliseconds of work for one step of many. No agent writes, and none can read, as much: a thousand rows of ten members
 * are 13,500.
 */
export const MAX_JSON_WEIGHT = 16_000;

/** Whether a text is more than the event loop may be asked to take in at once. */
export function isTooHeavy(text: string): boolean {
  return text.length / 2 > MAX_JSON_WEIGHT && new JsonWeight().add(text).weight > MAX_JSON_WEIGHT;
}
