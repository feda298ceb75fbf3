import { createScanner, type Node, type ParseError, parseTree } from 'jsonc-parser';
import { phrase } from '../../text/phrase.ts';
import { type ConfigEntry, type ConfigNode, MAX_DEPTH, type ParsedText, tooDeep } from './configNode.ts';

/** jsonc-parser's SyntaxKind, whose names a build of separate files cannot use. A closing bracket is one more than its opening one. */
const OPEN_BRACE = 1;
const OPEN_BRACKET = 3;
const END = 17;

/** JSON as the clients read it: comments and trailing commas allowed, and what can be read of a broken text. */
export function parseJsonc(text: string): ParsedText {
  const deep = tooDeepAt(text);
  if (deep !== undefined) return tooDeep(deep, phrase`Maps and lists`);
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false, allowEmptyContent: true });
  const first = errors[0];
  return {
    root: tree && toNode(tree),
    ...(first && {
      note: {
        span: { start: first.offset, end: first.offset + first.length },
        message: phrase`The JSON is broken here, so what follows may not have been checked. Close the quote or bracket, or add the comma that is missing.`,
      },
    }),
  };
}

/**
 * Where nesting goes past the bound, told without recursion; undefined when it does not. A bracket that closes another
 * kind than the last one opened closes nothing: the parser goes on inside, too.
 */
function tooDeepAt(text: string): number | undefined {
  const scanner = createScanner(text, true);
  const open: number[] = [];
  for (let token: number = scanner.scan(); token !== END; token = scanner.scan()) {
    if (token === OPEN_BRACE || token === OPEN_BRACKET) open.push(token + 1);
    else if (token === open.at(-1)) open.pop();
    if (open.length > MAX_DEPTH) return scanner.getTokenOffset();
  }
  return undefined;
}

function toNode(node: Node): ConfigNode {
  const span = { start: node.offset, end: node.offset + node.length };
  switch (node.type) {
    case 'object':
      return { kind: 'map', span, entries: (node.children ?? []).flatMap(toEntry) };
    case 'array':
      return { kind: 'list', span, items: (node.children ?? []).map(toNode) };
    case 'string':
      return { kind: 'text', span, value: String(node.value) };
    default:
      return { kind: 'other', span, value: node.value as number | boolean | null };
  }
}

function toEntry(property: Node): ConfigEntry[] {
  const [key, value] = property.children ?? [];
  if (!key || !value) return [];
  return [
    { name: String(key.value), nameSpan: { start: key.offset, end: key.offset + key.length }, value: toNode(value) },
  ];
}
