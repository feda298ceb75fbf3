import { cursorAt } from './cursor.ts';
import { generalise } from './generalise.ts';
import type { Span } from './model.ts';
import { yamlText } from './print.ts';
import type { PastCall } from './rulesUsed.ts';
import { AUTH_TYPES, type KeyWords, placeOf, VOCABULARY } from './vocabulary.ts';

/** What completion may offer besides the words of the language. */
export interface CompletionContext {
  /** Names of services that are known from elsewhere. */
  readonly services?: readonly string[];
  readonly baseUrls?: readonly string[];
  /** Calls of the past, for the paths of rules. */
  readonly calls?: readonly PastCall[];
}

export interface Completion {
  readonly label: string;
  /** Replaces {@link Completion.word}. */
  readonly insertText: string;
  readonly kind: 'key' | 'value' | 'path' | 'service' | 'url';
  /** One sentence. */
  readonly detail: string;
  readonly word: Span;
}

/** What may be written at an offset of a policy text, valid or not. Nothing is offered where names are free. */
export function completePolicy(text: string, offset: number, context: CompletionContext = {}): readonly Completion[] {
  const cursor = cursorAt(text, offset);
  if (cursor === undefined) return [];
  const { kind, path, word, siblings, type } = cursor;
  if (kind === 'key') {
    if (path.length === 1 && path[0] === 'services') return named(context.services, siblings, word, ':', 'service');
    const place = placeOf(path);
    const keys = place === undefined ? [] : VOCABULARY[place];
    return keys
      .filter(({ name, types }) => !siblings.includes(name) && suits(types, type))
      .map(({ name, words }) => ({ label: name, insertText: `${name}: `, kind, detail: words, word }));
  }
  const key = path.findLast((step) => typeof step === 'string');
  const place = placeOf(path.slice(0, path.lastIndexOf(key ?? '')));
  if (place === 'service' && key === 'baseUrl') return named(context.baseUrls, [], word, '', 'url');
  if (place === 'request' && key === 'service') return named(context.services, [], word, '', 'service');
  if (place === 'rule' && key === 'path') return pathsOf(context.calls ?? [], String(path[1]), word);
  const words = place === undefined ? undefined : VOCABULARY[place].find(({ name }) => name === key);
  return (words?.values ?? []).map((value) => ({
    label: value,
    insertText: value,
    kind,
    detail: detailOf(words),
    word,
  }));
}

/** Before a type is chosen, every key may be meant; under an unknown one as well. */
function suits(types: KeyWords['types'], type: string | undefined): boolean {
  if (types === undefined || type === undefined) return true;
  return types.some((one) => one === type) || !AUTH_TYPES.some((one) => one === type);
}

function detailOf(words: KeyWords | undefined): string {
  return words?.words ?? '';
}

function named(
  names: readonly string[] | undefined,
  taken: readonly string[],
  word: Span,
  after: string,
  kind: 'service' | 'url',
): Completion[] {
  const detail = kind === 'url' ? 'A base URL that is known.' : 'A service that is known.';
  return (names ?? [])
    .filter((name) => !taken.includes(name))
    .map((name) => ({ label: name, insertText: `${name}${after}`, kind, detail, word }));
}

/** The paths of a service's calls, identifiers as stars and every star of their own escaped. */
function pathsOf(calls: readonly PastCall[], service: string, word: Span): Completion[] {
  const paths = calls.filter((call) => call.service === service).map(({ path }) => path.split('?', 1)[0] ?? path);
  return [...generalise(paths)].map(([{ pattern, why }, used]) => ({
    label: pattern,
    insertText: yamlText(pattern),
    kind: 'path',
    detail: `${used.length === 1 ? 'One path' : `${used.length} paths`} of past calls${why === undefined ? '' : `; ${why}`}.`,
    word,
  }));
}
