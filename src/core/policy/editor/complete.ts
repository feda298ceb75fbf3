import { isMap, isScalar, isSeq } from 'yaml';
import { type Phrase, phrase } from '../../text/phrase.ts';
import type { Span } from '../../text/span.ts';
import { AUTH_TYPE_NAMES } from '../auth/authTypes.ts';
import { generalise } from '../learn/generalise.ts';
import type { PastCall } from '../learn/rulesUsed.ts';
import { yamlText } from '../text/yamlText.ts';
import { type Cursor, cursorAt } from './cursor.ts';
import { layOut } from './layOut.ts';
import { type KeyWords, keyWords, placeOf, VOCABULARY } from './vocabulary.ts';

/** What completion may offer besides the words of the language. */
export interface CompletionContext {
  /** Names of services that are known from elsewhere. */
  readonly services?: readonly string[];
  readonly baseUrls?: readonly string[];
  /** Calls of the past, for the paths of rules and tests. */
  readonly calls?: readonly PastCall[];
}

export interface Completion {
  readonly label: string;
  /** Replaces {@link Completion.word}. Its lines are indented as the text has to be. */
  readonly insertText: string;
  /** What is inserted behind the cursor, such as the bracket that closes a list. */
  readonly behind?: string;
  readonly kind: 'key' | 'value' | 'path' | 'service' | 'url';
  /** One sentence. */
  readonly detail: Phrase;
  readonly word: Span;
  /** Whether something is offered where the cursor is afterwards. */
  readonly leadsOn: boolean;
}

/** What may be written at one place, whatever stands around it. */
type Offer = Pick<Completion, 'label' | 'kind' | 'detail'> & {
  /** Instead of the label. */
  readonly text?: string;
  readonly holds?: KeyWords['holds'];
};

type Path = Cursor['path'];

/** What may be written at an offset of a policy text, valid or not. Nothing is offered where names are free. */
export function completePolicy(text: string, offset: number, context: CompletionContext = {}): readonly Completion[] {
  const cursor = cursorAt(text, offset);
  if (cursor === undefined) return [];
  const { word, path, siblings } = cursor;
  if (cursor.kind === 'value') {
    return valuesAt(path, cursor, context).map(({ label, kind, detail, text: value = label }) => {
      const { open, ...laidOut } = layOut(text, cursor, { value });
      return { label, kind, detail, word, ...laidOut, leadsOn: open };
    });
  }
  return keysAt(path, context, cursor.type)
    .filter(({ label }) => !siblings.includes(label))
    .map(({ label, kind, detail, holds }) => {
      const { open, ...laidOut } = layOut(text, cursor, { key: label, holds });
      const below = [...path, label];
      const offered = holds === 'map' || holds === 'items' ? keysAt(below, context) : valuesAt(below, cursor, context);
      return { label, kind, detail, word, ...laidOut, leadsOn: open && offered.length > 0 };
    });
}

function keysAt(path: Path, { services }: CompletionContext, type?: string): readonly Offer[] {
  if (path.length === 1 && path[0] === 'services') {
    const detail = phrase`A known service.`;
    return (services ?? []).map((label) => ({ label, kind: 'service', detail, holds: 'map' }));
  }
  const place = placeOf(path);
  if (place === undefined) return [];
  return VOCABULARY[place]
    .filter(({ types }) => suits(types, type))
    .map(({ name, words, holds }) => ({ label: name, kind: 'key', detail: words, holds }));
}

/** Before a type is chosen, every key may be meant; under an unknown one as well. */
function suits(types: KeyWords['types'], type: string | undefined): boolean {
  if (types === undefined || type === undefined) return true;
  return types.some((one) => one === type) || !AUTH_TYPE_NAMES.some((one) => one === type);
}

function valuesAt(path: Path, { document }: Pick<Cursor, 'document'>, context: CompletionContext): readonly Offer[] {
  const end = path.findLastIndex((step) => typeof step === 'string');
  const [map, key] = [path.slice(0, end), path[end]];
  const place = placeOf(map);
  if (place === 'service' && key === 'baseUrl') {
    return (context.baseUrls ?? []).map((label) => ({ label, kind: 'url', detail: phrase`A known base URL.` }));
  }
  if (place === 'rule' && key === 'path') return calledPaths(context.calls ?? [], String(path[1]));
  if (place === 'request' && (key === 'service' || key === 'server')) {
    return namesIn(document, `${key}s`).map((label) => ({
      label,
      kind: 'service',
      detail: phrase`A ${key} of this file.`,
    }));
  }
  if (place === 'request' && key === 'path') {
    const service = document.getIn([...map, 'service']);
    const services = namesIn(document, 'services').filter((name) => typeof service !== 'string' || name === service);
    return services.flatMap((name) => testPaths(document, context.calls ?? [], name));
  }
  const words = keyWords([...map, key ?? '']);
  return (words?.values ?? []).map((label) => ({ label, kind: 'value', detail: words?.words ?? phrase`` }));
}

function namesIn(document: Cursor['document'], section: string): readonly string[] {
  const map = document.getIn([section]);
  return isMap(map) ? map.items.flatMap(({ key }) => (isScalar(key) ? [String(key.value)] : [])) : [];
}

/** The paths of a service's calls, identifiers as stars and every star of their own escaped. */
function calledPaths(calls: readonly PastCall[], service: string): readonly Offer[] {
  return [...generalise(pathsOf(calls, service))].map(([{ pattern, why }, used]) => ({
    label: pattern,
    text: yamlText(pattern),
    kind: 'path',
    detail: pastPaths(used.length, why),
  }));
}

function pastPaths(count: number, why: Phrase | undefined): Phrase {
  const what = count === 1 ? phrase`One path of past calls` : phrase`${count} paths of past calls`;
  return why === undefined ? phrase`${what}.` : phrase`${what}; ${why}.`;
}

/** For a test: of each of the service's rules a path that it fits, and of each kind of path that was called the last one. */
function testPaths(document: Cursor['document'], calls: readonly PastCall[], service: string): readonly Offer[] {
  const rules = document.getIn(['services', service, 'policies']);
  const patterns = isSeq(rules) ? rules.items.map((rule) => (isMap(rule) ? rule.get('path') : undefined)) : [];
  const offers = patterns
    .filter((pattern) => typeof pattern === 'string')
    .map((pattern): readonly [string, Phrase] => [
      pattern.replace(/\*+/g, '1'),
      phrase`A path of the rule for ${pattern}.`,
    ]);
  for (const [, [path]] of generalise(pathsOf(calls, service))) {
    if (path !== undefined) offers.push([path, phrase`The path of a past call.`]);
  }
  return [...new Map(offers.toReversed())]
    .toReversed()
    .map(([label, detail]) => ({ label, text: yamlText(label), kind: 'path', detail }));
}

function pathsOf(calls: readonly PastCall[], service: string): readonly string[] {
  return calls.filter((call) => call.service === service).map(({ path }) => path.split('?', 1)[0] ?? path);
}
