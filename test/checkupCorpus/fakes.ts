const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const LETTERS = `${LOWER}${LOWER.toUpperCase()}${DIGITS}`;

/** Texts as generators of credentials make them, the same ones for the same seed. None of them stands in a file. */
export class Fakes {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** Characters of an alphabet. */
  of(alphabet: string, length: number): string {
    return Array.from({ length }, () => alphabet[this.#below(alphabet.length)]).join('');
  }

  hex(length: number): string {
    return this.of('0123456789abcdef', length);
  }

  letters(length: number): string {
    return this.of(LETTERS, length);
  }

  capitals(length: number): string {
    return this.of(`${LOWER.toUpperCase()}${DIGITS}`, length);
  }

  small(length: number): string {
    return this.of(`${LOWER}${DIGITS}`, length);
  }

  digits(length: number): string {
    return this.of('123456789', length);
  }

  base64(bytes: number): string {
    return btoa(String.fromCharCode(...Array.from({ length: bytes }, () => this.#below(256))));
  }

  base64Url(bytes: number): string {
    return this.base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  }

  uuid(): string {
    return [this.hex(8), this.hex(4), `4${this.hex(3)}`, `a${this.hex(3)}`, this.hex(12)].join('-');
  }

  jwt(): string {
    const part = (value: unknown): string => btoa(JSON.stringify(value)).replaceAll('=', '');
    return [
      part({ alg: 'HS256', typ: 'JWT' }),
      part({ sub: this.small(12), exp: 1_999_999_999 }),
      this.base64Url(32),
    ].join('.');
  }

  /** A linear congruential generator, of which the upper bits are taken. */
  #below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }
}
