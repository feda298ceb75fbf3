import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type YAMLMap, type YAMLSeq } from 'yaml';
import { readTreeWith } from '../../policy/text/yamlTree.ts';
import { phrase } from '../../text/phrase.ts';
import { ProblemList } from '../../text/problems.ts';
import type { Span } from '../../text/span.ts';
import { type ConfigEntry, type ConfigNode, MAX_DEPTH, type ParsedText, tooDeep } from './configNode.ts';

/** Values of one text, each alias counted as all that it repeats: a few lines can stand for billions. */
const MAX_NODES = 200_000;

const ALIASES = '&*';

/**
 * YAML as clients read it, with the bounded reader that policies have: no tags, no deep nesting. What an alias repeats
 * has the place of its anchor; of what `<<` merges, a map's own entries take the place.
 */
export function parseYaml(text: string): ParsedText {
  const problems = new ProblemList(text);
  const tree = readTreeWith(ALIASES, text, problems);
  if (tree) return tree.root === null ? { root: undefined } : new Conversion().parsed(tree.root);
  return {
    refused: {
      code: 'not-readable',
      span: problems.items[0]?.span ?? { start: 0, end: 0 },
      message: phrase`The YAML cannot be read from here on, so the file was not checked. Fix the indentation or the quotes, and replace tags with their values.`,
    },
  };
}

/** A value with how much it stands for: an alias shares its anchor's value, and costs as much as a copy would. */
interface Measured {
  readonly node: ConfigNode;
  readonly size: number;
  readonly depth: number;
}

/** The library's nodes of one document, turned into ours. */
class Conversion {
  readonly #anchors = new Map<string, Measured>();
  #size = 0;

  parsed(root: ParsedNode): ParsedText {
    const { node, depth } = this.#converted(root);
    if (depth > MAX_DEPTH) return tooDeep(0, phrase`Maps and lists`);
    if (this.#size <= MAX_NODES) return { root: node };
    return {
      refused: {
        code: 'too-large',
        span: { start: 0, end: 0 },
        message: phrase`Its aliases repeat more than ${MAX_NODES} values, so the file was not checked. No client needs that: write out what is used.`,
      },
    };
  }

  #converted(node: ParsedNode): Measured {
    const before = this.#size;
    this.#size += 1;
    if (isAlias(node)) return this.#repeated(node.source) ?? { node: leaf(node, null), size: 1, depth: 0 };
    const { made, depth } = isMap(node) || isSeq(node) ? this.#collection(node) : { made: scalarOf(node), depth: 0 };
    const measured = { node: made, size: this.#size - before, depth };
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, measured);
    return measured;
  }

  /** What an alias of this name stands for; undefined for one of a value that it stands in, or of none, or too much. */
  #repeated(name: string): Measured | undefined {
    const anchor = this.#anchors.get(name);
    this.#size += anchor?.size ?? 0;
    return this.#size > MAX_NODES ? undefined : anchor;
  }

  #collection(node: YAMLMap.Parsed | YAMLSeq.Parsed): { readonly made: ConfigNode; readonly depth: number } {
    let deepest = 0;
    const inner = (value: ParsedNode): ConfigNode => {
      const { node: made, depth } = this.#converted(value);
      deepest = Math.max(deepest, depth);
      return made;
    };
    const span = spanOf(node);
    const made: ConfigNode = isSeq(node)
      ? { kind: 'list', span, items: node.items.map(inner) }
      : { kind: 'map', span, entries: withMerged(node.items.flatMap((pair) => entryOf(pair, inner))) };
    return { made, depth: deepest + 1 };
  }
}

function entryOf(
  { key, value }: { readonly key: ParsedNode; readonly value: ParsedNode | null },
  inner: (value: ParsedNode) => ConfigNode,
): ConfigEntry[] {
  if (!isScalar(key)) return [];
  const nameSpan = spanOf(key);
  return [
    {
      name: String(key.value),
      nameSpan,
      value: value ? inner(value) : { kind: 'other' as const, span: nameSpan, value: null },
    },
  ];
}

/** https://yaml.org/type/merge.html: a map, or a list of maps of which the first one wins. */
function withMerged(entries: readonly ConfigEntry[]): readonly ConfigEntry[] {
  const merged = entries.flatMap(({ name, value }) => {
    if (name !== '<<') return [];
    const maps = value.kind === 'list' ? value.items.toReversed() : [value];
    return maps.flatMap((map) => (map.kind === 'map' ? map.entries : []));
  });
  if (merged.length === 0) return entries;
  const own = entries.filter(({ name }) => name !== '<<');
  const names = new Set(own.map(({ name }) => name));
  return [...merged.filter(({ name }) => !names.has(name)), ...own];
}

function scalarOf(node: ParsedNode): ConfigNode {
  const value: unknown = isScalar(node) ? node.value : null;
  if (typeof value === 'string') return { kind: 'text', span: spanOf(node), value };
  return leaf(node, typeof value === 'number' || typeof value === 'boolean' ? value : null);
}

function leaf(node: ParsedNode, value: number | boolean | null): ConfigNode {
  return { kind: 'other', span: spanOf(node), value };
}

function spanOf(node: ParsedNode): Span {
  return { start: node.range[0], end: node.range[1] };
}
