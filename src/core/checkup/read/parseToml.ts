import { type AST, ParseError, parseTOML } from 'toml-eslint-parser';
import { phrase } from '../../text/phrase.ts';
import type { Span } from '../../text/span.ts';
import { type ConfigEntry, type ConfigNode, MAX_DEPTH, type ParsedText, tooDeep } from './configNode.ts';

/** TOML 1.0 (https://toml.io/en/v1.0.0) as Codex reads it. A broken text has no root: TOML has no way to go on. */
export function parseToml(text: string): ParsedText {
  const deep = tooDeepAt(text);
  if (deep !== undefined) return tooDeep(deep, phrase`Arrays and tables`);
  try {
    return { root: rootOf(parseTOML(text).body[0]) };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return {
      refused: {
        code: 'not-readable',
        span: { start: error.index, end: error.index },
        message: phrase`The TOML is broken here, so the file was not checked. Close the quote or bracket, or remove the second definition of a key.`,
      },
    };
  }
}

/** Counts brackets in strings and comments, too: no file in use has 200 of them open. */
function tooDeepAt(text: string): number | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '[' || char === '{') depth += 1;
    else if (char === ']' || char === '}') depth = Math.max(0, depth - 1);
    if (depth > MAX_DEPTH) return at;
  }
  return undefined;
}

/** A map that is still being filled: tables of one name may stand apart. */
interface OpenMap {
  readonly kind: 'map';
  readonly span: Span;
  readonly entries: ConfigEntry[];
}

function rootOf(table: AST.TOMLTopLevelTable): ConfigNode {
  const root: OpenMap = { kind: 'map', span: spanOf(table), entries: [] };
  for (const node of table.body) {
    if (node.type === 'TOMLKeyValue') addPair(root, node);
    else {
      const inner = mapAt(root, node.resolvedKey, node);
      for (const pair of node.body) addPair(inner, pair);
    }
  }
  return root;
}

function addPair(map: OpenMap, { key, value }: AST.TOMLKeyValue): void {
  const names = key.keys.map((one) => (one.type === 'TOMLBare' ? one.name : one.value));
  const last = key.keys.at(-1);
  mapAt(map, names.slice(0, -1), key).entries.push({
    name: names.at(-1) ?? '',
    nameSpan: spanOf(last ?? key),
    value: toNode(value),
  });
}

/** The map below a path of names, made where it is missing. */
function mapAt(map: OpenMap, path: readonly (string | number)[], at: AST.TOMLNode): OpenMap {
  let current = map;
  for (const step of path) {
    const name = String(step);
    const there = current.entries.find((entry) => entry.name === name)?.value;
    if (there?.kind === 'map') {
      current = there as OpenMap;
      continue;
    }
    const next: OpenMap = { kind: 'map', span: spanOf(at), entries: [] };
    const nameSpan = at.type === 'TOMLTable' ? spanOf(at.key) : spanOf(at);
    current.entries.push({ name, nameSpan, value: next });
    current = next;
  }
  return current;
}

function toNode(node: AST.TOMLContentNode): ConfigNode {
  const span = spanOf(node);
  switch (node.type) {
    case 'TOMLArray':
      return { kind: 'list', span, items: node.elements.map(toNode) };
    case 'TOMLInlineTable': {
      const map: OpenMap = { kind: 'map', span, entries: [] };
      for (const pair of node.body) addPair(map, pair);
      return map;
    }
    default:
      if (node.kind === 'string') return { kind: 'text', span, value: node.value };
      if (node.kind === 'boolean') return { kind: 'other', span, value: node.value };
      return { kind: 'other', span, value: typeof node.value === 'number' ? node.value : null };
  }
}

function spanOf({ range }: AST.TOMLNode): Span {
  return { start: range[0], end: range[1] };
}
