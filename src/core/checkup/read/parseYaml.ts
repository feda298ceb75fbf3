import { isMap, isScalar, isSeq, type ParsedNode } from 'yaml';
import { readTree } from '../../policy/text/yamlTree.ts';
import { phrase } from '../../text/phrase.ts';
import { ProblemList } from '../../text/problems.ts';
import type { Span } from '../../text/span.ts';
import type { ConfigNode, ParsedText } from './configNode.ts';

/** YAML as Continue reads it, with the bounded reader that policies have: no anchors, no tags, no deep nesting. */
export function parseYaml(text: string): ParsedText {
  const problems = new ProblemList(text);
  const tree = readTree(text, problems);
  if (tree) return { root: tree.root === null ? undefined : toNode(tree.root) };
  return {
    refused: {
      code: 'not-readable',
      span: problems.items[0]?.span ?? { start: 0, end: 0 },
      message: phrase`The YAML cannot be read from here on, so the file was not checked. Fix the indentation or the quotes, and replace anchors, aliases and tags with their values.`,
    },
  };
}

function toNode(node: ParsedNode): ConfigNode {
  const span: Span = { start: node.range[0], end: node.range[1] };
  if (isMap(node)) {
    return {
      kind: 'map',
      span,
      entries: node.items.flatMap(({ key, value }) => {
        if (!isScalar(key)) return [];
        const nameSpan = { start: key.range[0], end: key.range[1] };
        return [
          {
            name: String(key.value),
            nameSpan,
            value: value ? toNode(value) : { kind: 'other' as const, span: nameSpan, value: null },
          },
        ];
      }),
    };
  }
  if (isSeq(node)) return { kind: 'list', span, items: node.items.map((item) => toNode(item)) };
  if (isScalar(node)) {
    const { value } = node;
    if (typeof value === 'string') return { kind: 'text', span, value };
    if (typeof value === 'number' || typeof value === 'boolean') return { kind: 'other', span, value };
  }
  return { kind: 'other', span, value: null };
}
