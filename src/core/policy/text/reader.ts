import { isMap, isScalar, isSeq, type ParsedNode } from 'yaml';
import { type Phrase, phrase } from '../../text/phrase.ts';
import type { ProblemList } from '../../text/problems.ts';
import type { Span } from '../../text/span.ts';
import { suggest } from './suggest.ts';
import { firstForbidden } from './textGuard.ts';

/** One `key: value` of a map. */
export interface Entry {
  readonly name: string;
  /** The key alone. */
  readonly key: Span;
  /** From the key's start to the value's end. */
  readonly pair: Span;
  /** Null for an empty value. */
  readonly value: ParsedNode | null;
}

/** A map's entries in the order of the file. */
export interface Fields {
  readonly entries: readonly Entry[];
  /** Whether it is written in braces. */
  readonly flow: boolean;
  get(name: string): Entry | undefined;
}

/** Names that mean something to every JavaScript object. Nothing of ours looks one up there, and no file may try. */
const INHERITED: ReadonlySet<string> = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype']);

const EMPTY: Fields = { entries: [], flow: false, get: () => undefined };

/**
 * Reads typed values out of YAML nodes and puts a problem at the very key or value that is wrong. `what` names the
 * value in messages. A value is never quoted in a message: it may be a credential in the wrong place.
 */
export class Reader {
  readonly problems: ProblemList;
  readonly #text: string;

  constructor(text: string, problems: ProblemList) {
    this.#text = text;
    this.problems = problems;
  }

  /** Where an entry's value stands; its key when the value is empty. */
  at(entry: Entry): Span {
    const span = entry.value === null ? entry.key : spanOf(entry.value);
    return span.end > span.start ? span : entry.key;
  }

  /** A map with any names. An empty value is an empty map. Undefined, and a problem, for anything else. */
  map(node: ParsedNode | null, at: Span, what: string | Phrase, example: string): Fields | undefined {
    if (isEmpty(node)) return EMPTY;
    if (!isMap(node)) {
      this.problems.error('wrong-type', at, phrase`${what} must be a map, such as ${example}.`);
      return undefined;
    }
    const byName = new Map<string, Entry>();
    for (const pair of node.items) {
      const { key: keyNode, value } = pair as { key: ParsedNode | null; value: ParsedNode | null };
      const key = keyNode === null ? at : spanOf(keyNode);
      const name = isScalar(keyNode) && typeof keyNode.value === 'string' ? keyNode.value : undefined;
      const entry: Entry = {
        name: name ?? '',
        key,
        pair: { start: key.start, end: value === null ? key.end : Math.max(key.end, spanOf(value).end) },
        value,
      };
      if (name === undefined || name === '') {
        this.problems.error(
          'bad-key',
          key,
          phrase`A key in ${what} is not a plain string. Write a name, in quotes if needed.`,
        );
      } else if (name === '<<') {
        this.problems.error(
          'merge-key',
          key,
          phrase`Merge keys (<<) are not allowed in a policy file. Write out the keys.`,
        );
      } else if (INHERITED.has(name)) {
        this.problems.error('forbidden-name', key, phrase`This name is reserved by JavaScript. Choose another name.`);
      } else if (firstForbidden(name) !== undefined || name.includes('\n')) {
        this.problems.error(
          'forbidden-character',
          key,
          phrase`This key contains ${firstForbidden(name) ?? phrase`a line break`}.`,
        );
      } else {
        const before = byName.get(name);
        if (before === undefined) byName.set(name, entry);
        else {
          const { line } = this.problems.position(before.key.start);
          this.problems.error(
            'duplicate-key',
            key,
            phrase`This key is already on line ${line}. Remove one of the two; their values are not merged.`,
          );
        }
      }
    }
    return { entries: [...byName.values()], flow: node.flow === true, get: (name) => byName.get(name) };
  }

  /** Reports every entry whose name is not one of `known`. */
  onlyKnown(
    fields: Fields,
    known: readonly string[],
    what: string | Phrase,
    synonyms?: Readonly<Record<string, string>>,
  ): void {
    for (const entry of fields.entries) {
      if (known.includes(entry.name)) continue;
      const meant = suggest(entry.name, known, synonyms);
      const help = meant === undefined ? phrase`Known keys: ${known.join(', ')}.` : phrase`Did you mean \`${meant}\`?`;
      this.problems.error('unknown-key', entry.key, phrase`${what} has no such key. ${help}`, meant);
    }
  }

  /** A list's items. An empty value is an empty list. */
  list(entry: Entry, what: string | Phrase, example: string): readonly (ParsedNode | null)[] | undefined {
    if (isEmpty(entry.value)) return [];
    if (isSeq(entry.value)) return entry.value.items as (ParsedNode | null)[];
    this.problems.error('wrong-type', this.at(entry), phrase`${what} must be a list, such as ${example}.`);
    return undefined;
  }

  /** A text on one line. */
  text(node: ParsedNode | null, at: Span, what: string | Phrase): string | undefined {
    const value = this.longText(node, at, what);
    if (value === undefined || node === null) return value;
    const span = spanOf(node);
    if (value.includes('\n') || this.#text.slice(span.start, span.end).includes('\n')) {
      this.problems.error('multi-line-text', span, phrase`${what} must be written on one line.`);
      return undefined;
    }
    return value;
  }

  /** A text, also over several lines. */
  longText(node: ParsedNode | null, at: Span, what: string | Phrase): string | undefined {
    if (!isScalar(node) || typeof node.value !== 'string') {
      const unquoted = isScalar(node) && !isEmpty(node);
      const fix = isEmpty(node)
        ? phrase` Write it after the colon.`
        : unquoted
          ? phrase` Put the value in quotes.`
          : '';
      const message = phrase`${what} must be a string.${fix}`;
      this.problems.error('wrong-type', at, message, undefined, unquoted ? { unquoted } : undefined);
      return undefined;
    }
    const forbidden = firstForbidden(node.value);
    if (forbidden !== undefined) {
      this.problems.error('forbidden-character', at, phrase`${what} contains ${forbidden}. Remove it.`);
      return undefined;
    }
    return node.value;
  }

  /** One of a few words. */
  word<T extends string>(
    entry: Entry,
    words: readonly T[],
    code:
      | 'unknown-network'
      | 'unknown-effect'
      | 'unknown-approval'
      | 'unknown-body-type'
      | 'unknown-auth-type'
      | 'bad-auth-value'
      | 'bad-verify'
      | 'bad-test',
    what: string | Phrase,
  ): T | undefined {
    const value = this.text(entry.value, this.at(entry), what);
    if (value === undefined) return undefined;
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    const meant = suggest(value, words);
    const help = meant === undefined ? phrase`Write one of: ${words.join(', ')}.` : phrase`Did you mean \`${meant}\`?`;
    this.problems.error(code, this.at(entry), phrase`${what} has no such value. ${help}`, meant);
    return undefined;
  }

  /**
   * Reports a key that has no default. `at` is the key whose value lacks it, or, for `map`, a key (or the whole) of the
   * very map that does. An example with an ellipsis is not written for anyone.
   */
  missing(at: Span, owner: string | Phrase, key: string, example: string, to: 'value' | 'map' = 'value'): void {
    const data = example.includes('…') ? {} : { add: { pair: example, to } };
    const message = phrase`${owner} has no \`${key}\`. Add it, such as \`${example}\`.`;
    this.problems.error('missing-key', at, message, undefined, data);
  }
}

/** Start and end of a node's own text, without comments and blank lines behind it. */
export function spanOf(node: ParsedNode): Span {
  return { start: node.range[0], end: node.range[1] };
}

export function isEmpty(node: ParsedNode | null): boolean {
  return node === null || (isScalar(node) && node.value === null);
}
