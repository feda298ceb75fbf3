import { inEnglish, type Phrase } from '../../src/core/text/phrase.ts';

/** The same with texts in the place of phrases. */
export type English<T> = T extends Phrase
  ? string
  : T extends readonly (infer Item)[]
    ? readonly English<Item>[]
    : T extends ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | ((...args: never[]) => unknown)
      ? T
      : T extends object
        ? { readonly [Key in keyof T]: English<T[Key]> }
        : T;

/** Words every phrase in plain data, however deep, so that a test can say what it expects as the user reads it. */
export function english<T>(value: T): English<T> {
  return deeply(value) as English<T>;
}

function deeply(value: unknown): unknown {
  if (isPhrase(value)) return inEnglish(value);
  if (Array.isArray(value)) return value.map(deeply);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, deeply(item)]));
}

function isPhrase(value: unknown): value is Phrase {
  return typeof value === 'object' && value !== null && 'template' in value && 'args' in value;
}
