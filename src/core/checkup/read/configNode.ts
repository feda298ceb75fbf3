import { type Phrase, phrase } from '../../text/phrase.ts';
import type { Span } from '../../text/span.ts';

/** A JSON, TOML or YAML value with its place. Duplicate keys all stand in `entries`, in the order of the file. */
export type ConfigNode =
  | { readonly kind: 'map'; readonly span: Span; readonly entries: readonly ConfigEntry[] }
  | { readonly kind: 'list'; readonly span: Span; readonly items: readonly ConfigNode[] }
  | { readonly kind: 'text'; readonly span: Span; readonly value: string }
  | { readonly kind: 'other'; readonly span: Span; readonly value: number | boolean | null };

export interface ConfigEntry {
  readonly name: string;
  readonly nameSpan: Span;
  readonly value: ConfigNode;
}

/** What a parser makes of a text: its root, or why there is none, in words that quote nothing of the text. */
export type ParsedText =
  | { readonly root: ConfigNode | undefined; readonly note?: { readonly span: Span; readonly message: Phrase } }
  | {
      readonly refused: {
        readonly code: 'not-readable' | 'too-deep' | 'too-large';
        readonly message: Phrase;
        readonly span: Span;
      };
    };

/** Maps and lists inside each other; the clients' own files need ten. */
export const MAX_DEPTH = 200;

/** A text whose nesting goes past the bound at this offset. `what` names its maps and lists as its language does. */
export function tooDeep(at: number, what: Phrase): ParsedText {
  return {
    refused: {
      code: 'too-deep',
      span: { start: at, end: at + 1 },
      message: phrase`${what} are nested more than ${MAX_DEPTH} levels deep, so the file was not checked. No client needs that: check the brackets.`,
    },
  };
}

/** One step of a JSON Pointer, RFC 6901 section 3. */
export function step(name: string | number): string {
  if (typeof name === 'number' || !/[~/]/.test(name)) return `/${name}`;
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The value behind a key; of duplicate keys the last one, as every JSON parser takes it. */
export function childOf(node: ConfigNode | undefined, name: string): ConfigNode | undefined {
  return node?.kind === 'map' ? node.entries.findLast((entry) => entry.name === name)?.value : undefined;
}
