export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** How many bits a digit stands for, and in how many ways a run of digits can be cut into whole groups. */
export interface Digits {
  readonly bits: 6 | 4;
  readonly phases: 4 | 2;
}

/** The bytes that may be a part of what is looked for. */
export class Alphabet {
  /** For each byte 1 when it is one of them. */
  readonly bytes: Uint8Array;
  /** Asked for with every text, however short, and another one only where the bytes are others. */
  readonly #fits = new Map<Digits['bits'], Uint8Array>();

  constructor(bytes: Uint8Array) {
    this.bytes = Uint8Array.from(bytes);
  }

  set(byte: number, isPart: boolean): void {
    const value = isPart ? 1 : 0;
    if (this.bytes[byte] === value) return;
    this.bytes[byte] = value;
    this.#fits.clear();
  }

  /**
   * For each place of a digit in its group and each digit a bit for each phase in which the byte that begins in it, if one
   * does, may be of the alphabet. Of a match so many digits in a row have the bit of its phase that the history is full.
   */
  fitsOf({ bits, phases }: Digits): Uint8Array {
    const known = this.#fits.get(bits);
    if (known !== undefined) return known;
    const fits = new Uint8Array(phases << 6);
    for (let role = 0; role < phases; role++) {
      const offset = (8 - ((role * bits) % 8)) % 8;
      const held = Math.max(0, bits - offset);
      for (let digit = 0; digit < 2 ** bits; digit++) {
        const lowest = (digit & (2 ** held - 1)) << (8 - held);
        if (!this.bytes.subarray(lowest, lowest + 2 ** (8 - held)).includes(1)) continue;
        for (let phase = 0; phase < phases; phase++) {
          const at = (((role + phase) % phases) << 6) | digit;
          fits[at] = (fits[at] as number) | (1 << phase);
        }
      }
    }
    this.#fits.set(bits, fits);
    return fits;
  }
}
