import type { Secret } from '../secret.ts';
import { utf8 } from './bytes.ts';
import { type Forms, formsOf } from './forms.ts';
import { numbersOf, replaceStrings, stringsOf } from './jsonStrings.ts';
import { type Hit, Matcher, type Pattern } from './matcher.ts';
import { opened } from './opened.ts';
import { mergeHits, type Sought, search, toCodeUnits } from './search.ts';
import type { SignatureReader } from './signatureReader.ts';
import { SEPARATOR } from './unpack.ts';

/** One credential to take out of what goes back. */
export interface KnownSecret {
  /** What the marker says: the service's name, never anything of the value. */
  readonly name: string;
  readonly value: Secret;
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
  readonly #sought: Sought | undefined;
  readonly #names: readonly string[];
  readonly #markers: readonly string[];
  readonly #signatures: SignatureReader | undefined;
  /** Markers of the credentials that could stand in JSON as a number, by the number. */
  readonly #numbers: ReadonlyMap<number, string>;
  /** Whose they are. */
  readonly #numberOwners: ReadonlyMap<number, number>;

  /**
   * With the retired values, too; several entries may have one name. What is put into `signatures` later is taken out,
   * too: there are too many of them to make another redactor for each.
   */
  constructor(secrets: readonly KnownSecret[], signatures?: SignatureReader) {
    const numeric: (readonly [number: number, owner: number])[] = [];
    const forms = secrets.map(({ value }, owner) => {
      const text = opened(value);
      if (/^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/.test(text)) numeric.push([Number(text), owner]);
      return formsOf(text, owner);
    });
    const exact = forms.flatMap((form) => form.exact);
    const values = exact.length === 0 ? undefined : soughtOf(exact, forms);
    this.#sought = signatures ? together(values, signatures, secrets.length) : values;
    this.#signatures = signatures;
    this.#names = secrets.map(({ name }) => name);
    this.#markers = secrets.map(({ name }) => marker(values, name));
    this.#numberOwners = new Map(numeric);
    this.#numbers = new Map(numeric.map(([number, owner]) => [number, this.#markers[owner] ?? '']));
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
    if (hits.length === 0 && this.#numbers.size === 0) {
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
    return replaceStrings(value, replacements, this.#numbers);
  }

  /** The names of the credentials that {@link Redactor.json} would take out of a JSON value, each once. */
  namesIn(value: unknown): readonly string[] {
    const owners = new Set(this.#find(stringsOf(value).join(JOINT)).map(({ owner }) => owner));
    if (this.#numberOwners.size > 0) {
      for (const number of numbersOf(value)) {
        const owner = this.#numberOwners.get(number);
        if (owner !== undefined) owners.add(owner);
      }
    }
    return [...new Set([...owners].map((owner) => this.#nameOf(owner)))];
  }

  /** How many times bytes hold a credential, as Latin-1, UTF-8, UTF-16 or any encoding of {@link Redactor.text}. */
  binary(bytes: Uint8Array): number {
    if (this.#sought === undefined) {
      return 0;
    }
    // A plain view of it: code that sees Node's Buffer as well is slower for everything.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return mergeHits(search(this.#sought, plain)).length;
  }

  #markerOf(owner: number): string {
    return this.#markers[owner] ?? marker(undefined, this.#nameOf(owner));
  }

  #nameOf(owner: number): string {
    return this.#names[owner] ?? this.#signatures?.nameOf(owner - this.#names.length) ?? '';
  }

  #find(text: string): readonly Hit[] {
    if (this.#sought === undefined || text === '') {
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

function soughtOf(exact: readonly Pattern[], forms: readonly Forms[]): Sought {
  const asTheyAre = new Matcher(exact);
  const bare = new Matcher(forms.flatMap((form) => form.bare));
  const { alphabet, packable } = asTheyAre;
  return {
    alphabet,
    packable,
    ambiguous: asTheyAre.ambiguous,
    spelled: bare.packable,
    scan: (bytes, packed) => asTheyAre.scan(bytes, packed),
    scanBare: (bytes) => bare.scan(bytes, true),
  };
}

/** What the values of a redactor and signatures made with them are looked for as; signatures' owners come after the values. */
function together(values: Sought | undefined, signatures: SignatureReader, firstOwner: number): Sought {
  return {
    // Signatures are letters and digits, which every alphabet has.
    alphabet: values?.alphabet ?? signatures.alphabet,
    ambiguous: values?.ambiguous ?? false,
    get packable() {
      return values?.packable === true || signatures.shortest < Number.POSITIVE_INFINITY;
    },
    spelled: values?.spelled ?? false,
    scan: (bytes, packed) => {
      const hits = values?.scan(bytes, packed) ?? [];
      for (const hit of signatures.scan(bytes)) hits.push({ ...hit, owner: firstOwner + hit.owner });
      return hits;
    },
    scanBare: (bytes) => values?.scanBare(bytes) ?? [],
  };
}

/** What stands for a credential: safe inside JSON, HTML and headers, and not itself taken for a credential. */
function marker(sought: Sought | undefined, name: string): string {
  const safe = name.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(0, 64);
  const candidates = MARKERS.map((make) => make(safe));
  const free = candidates.find((text) => sought === undefined || search(sought, utf8(text)).length === 0);
  return free ?? '[]';
}
