import type { Secret } from '../secret.ts';
import { utf8 } from './bytes.ts';
import { formsOf } from './forms.ts';
import { numbersOf, replaceStrings, stringsOf } from './jsonStrings.ts';
import { type Hit, Matcher } from './matcher.ts';
import { opened } from './opened.ts';
import { secretParts } from './parts/parts.ts';
import { mergeHits, type Sought, search, toCodeUnits } from './search.ts';
import type { SignatureReader } from './signatureReader.ts';
import { isEasyToGuess } from './strength.ts';
import { SEPARATOR } from './unpack.ts';

/** One credential to take out of what goes back. */
export interface KnownSecret {
  /** What the marker says: the service's name, never anything of the value. */
  readonly name: string;
  readonly value: Secret;
}

/** The number that stands for a credential in matches, and those that it could be in JSON. */
interface Owner {
  readonly owner: number;
  readonly numbers: readonly number[];
}

/** Markers in the order of preference, for when a credential happens to be a part of one. */
const MARKERS = [(name: string) => `[redacted:${name}]`, () => '[redacted]', () => '[hidden]', () => '[***]'];

const JOINT = String.fromCharCode(SEPARATOR);

/**
 * Takes known credentials out of texts, JSON values and bytes: raw and in percent, form, JSON, HTML, base64, hexadecimal
 * and case-changed form, also nested. Each is replaced by `[redacted:NAME]`. Time is linear in the size of the input and
 * does not depend on how many credentials there are. Redacting twice changes nothing.
 */
export class Redactor {
  readonly #exact = new Matcher();
  readonly #bare = new Matcher();
  /** Those of `#exact` without their pieces. */
  readonly #wholes = new Matcher();
  readonly #signatures: SignatureReader | undefined;
  readonly #sought: Sought;
  readonly #soughtInCalls: Sought;
  /** What is looked for as what, by {@link keyOf}; in the order in which it became known. */
  readonly #known = new Map<string, Owner>();
  readonly #names = new Map<number, string>();
  /** Those that stand in a text by accident. */
  readonly #weak = new Set<number>();
  #lastOwner = 0;
  /** By the name in it. One may be no marker any more as soon as something else is looked for. */
  readonly #markers = new Map<string, string>();

  /** What is put into `signatures` later is taken out, too: there are too many of them to know each like a credential. */
  constructor(secrets: readonly KnownSecret[], signatures?: SignatureReader) {
    this.#signatures = signatures;
    this.#sought = soughtOf(this.#exact, this.#bare, signatures);
    this.#soughtInCalls = soughtOf(this.#wholes, this.#bare, signatures);
    this.know(secrets);
  }

  /**
   * From now on these are taken out, and no others; with the retired values, too. Several may have one name. Takes time
   * for what is new or gone, not for what stays.
   */
  know(secrets: readonly KnownSecret[]): void {
    const wanted = new Map(secrets.map((secret) => [keyOf(secret), secret]));
    for (const [key, { owner }] of this.#known) {
      if (wanted.has(key)) continue;
      this.#exact.remove(owner);
      this.#bare.remove(owner);
      this.#wholes.remove(owner);
      this.#names.delete(owner);
      this.#weak.delete(owner);
      this.#known.delete(key);
    }
    for (const [key, { name, value }] of wanted) {
      if (this.#known.has(key)) continue;
      this.#lastOwner += 1;
      const owner = this.#lastOwner;
      const text = opened(value);
      const parts = secretParts(text);
      const { exact, bare, numbers } = formsOf(text, owner, parts);
      this.#exact.add(owner, exact);
      this.#bare.add(owner, bare);
      this.#wholes.add(
        owner,
        exact.map((pattern) => ({ ...pattern, pieces: undefined })),
      );
      this.#names.set(owner, name);
      if (isEasyToGuess(text, parts)) this.#weak.add(owner);
      this.#known.set(key, { owner, numbers });
    }
    this.#markers.clear();
  }

  /** Redacts a text of any kind: a body, a header's value, an error. An escape is never cut in two. */
  text(input: string): { text: string; count: number } {
    const hits = this.#find(input);
    return { text: this.#replace(input, 0, hits), count: hits.length };
  }

  /**
   * Redacts the strings and property names (and numbers, where a credential could be one) of a parsed JSON value. Returns the same value when there is nothing to
   * redact, else a copy of the same structure.
   */
  json(value: unknown): { value: unknown; count: number } {
    const strings = stringsOf(value);
    // One pass over all of them: no encoding reaches across the separator.
    const hits = this.#find(strings.join(JOINT));
    const numbers = this.#numbers();
    if (hits.length === 0 && numbers.size === 0) {
      return { value, count: 0 };
    }
    const replacements = new Map<string, { text: string; count: number }>();
    let offset = 0;
    let first = 0;
    for (const text of strings) {
      const end = offset + text.length;
      let last = first;
      while (last < hits.length && (hits[last] as Hit).start < end) {
        last += 1;
      }
      if (last > first) {
        const own = hits.slice(first, last);
        replacements.set(text, { text: this.#replace(text, offset, own), count: own.length });
      }
      first = last;
      offset = end + JOINT.length;
    }
    const markers = new Map([...numbers].map(([number, owner]) => [number, this.#markerOf(owner)]));
    return replaceStrings(value, replacements, markers);
  }

  /**
   * The names of the credentials that stand in a JSON value, each once; without those that are easy to guess, which people
   * write without having them. What {@link Redactor.json} takes out for being a piece of one does not count: who asks tells
   * whoever wrote the value, and that a guess of the next few characters is right must not be told. The beginnings of too many
   * kinds of credentials are known (the header of a token, the first bytes of a key, the id of an account) for any number
   * of characters to be one that is not guessed. All that is left of a whole value behind them is.
   */
  namesIn(value: unknown): readonly string[] {
    const owners = new Set(search(this.#soughtInCalls, utf8(stringsOf(value).join(JOINT))).map(({ owner }) => owner));
    const numbers = this.#numbers();
    if (numbers.size > 0) {
      for (const number of numbersOf(value)) {
        const owner = numbers.get(number);
        if (owner !== undefined) owners.add(owner);
      }
    }
    return [...new Set([...owners].filter((owner) => !this.#weak.has(owner)).map((owner) => this.#nameOf(owner)))];
  }

  /** How many times bytes hold a credential, as Latin-1, UTF-8, UTF-16 or any encoding of {@link Redactor.text}. */
  binary(bytes: Uint8Array): number {
    // A plain view of it: code that sees Node's Buffer as well is slower for everything.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return mergeHits(search(this.#sought, plain)).length;
  }

  /** Whose credentials could stand in JSON as a number, by the number. */
  #numbers(): ReadonlyMap<number, number> {
    const numbers = new Map<number, number>();
    for (const { owner, numbers: own } of this.#known.values()) for (const number of own) numbers.set(number, owner);
    return numbers;
  }

  #markerOf(owner: number): string {
    const name = this.#nameOf(owner);
    const known = this.#markers.get(name);
    if (known !== undefined) return known;
    const made = markerFor(name, (text) => search(this.#sought, utf8(text)).length === 0);
    this.#markers.set(name, made);
    return made;
  }

  #nameOf(owner: number): string {
    return this.#names.get(owner) ?? this.#signatures?.nameOf(~owner) ?? '';
  }

  #find(text: string): readonly Hit[] {
    if (text === '') {
      return [];
    }
    const bytes = utf8(text);
    return toCodeUnits(text, bytes.length, mergeHits(search(this.#sought, bytes)));
  }

  /** Puts markers into a text that begins at `offset` of what the hits were found in. */
  #replace(text: string, offset: number, hits: readonly Hit[]): string {
    const parts: string[] = [];
    let done = 0;
    for (const hit of hits) {
      parts.push(text.slice(done, hit.start - offset), this.#markerOf(hit.owner));
      done = hit.end - offset;
    }
    return hits.length === 0 ? text : parts.join('') + text.slice(done);
  }
}

function keyOf({ name, value }: KnownSecret): string {
  return `${name}\n${opened(value)}`;
}

/** What credentials and signatures are looked for as; the owners of signatures are the numbers below zero. */
function soughtOf(exact: Matcher, bare: Matcher, signatures: SignatureReader | undefined): Sought {
  const hasSignatures = (): boolean => signatures !== undefined && signatures.shortest < Number.POSITIVE_INFINITY;
  const withSignatures = (hits: Hit[], bytes: Uint8Array): Hit[] => {
    for (const hit of signatures?.scan(bytes) ?? []) hits.push({ ...hit, owner: ~hit.owner });
    return hits;
  };
  return {
    // Signatures are letters and digits, which every alphabet has.
    alphabet: exact.alphabet,
    get ambiguous() {
      return exact.ambiguous;
    },
    get packable() {
      return exact.packable || hasSignatures();
    },
    get spelled() {
      return bare.packable || hasSignatures();
    },
    scan: (bytes, packed) => withSignatures(exact.scan(bytes, packed), bytes),
    scanBare: (bytes) => withSignatures(bare.scan(bytes, true), bytes),
  };
}

/** What stands for a credential: safe inside JSON, HTML and headers, and not itself taken for a credential. */
function markerFor(name: string, isFree: (text: string) => boolean): string {
  const safe = name.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(0, 64);
  return MARKERS.map((make) => make(safe)).find(isFree) ?? '[]';
}
