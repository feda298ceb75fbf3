import { isMap, isScalar, isSeq, type ParsedNode } from 'yaml';
import type { Span } from '../../text/span.ts';
import { rootOf } from './yamlFind.ts';

/** One entry of a policy file's outline. */
export interface OutlineItem {
  readonly kind: 'services' | 'service' | 'servers' | 'server' | 'rule' | 'tests' | 'test';
  /** What the file calls it; of a rule its methods and path. Never empty. */
  readonly name: string;
  /** What a glance should tell besides: `deny`, `asks`, the base URL, what a test expects. May be empty. */
  readonly detail: string;
  readonly span: Span;
  /** The name in the text, inside `span`. */
  readonly nameSpan: Span;
  readonly children: readonly OutlineItem[];
}

interface Pair {
  readonly key: ParsedNode;
  readonly value: ParsedNode | null;
}

/**
 * What stands where in a policy text: services and servers with their rules, and tests. Only the form counts, so that a text with
 * errors has an outline too; one that is no YAML has none.
 */
export function outlinePolicy(text: string): readonly OutlineItem[] {
  return pairsOf(rootOf(text)).flatMap((pair): OutlineItem[] => {
    const name = wordOf(pair.key);
    if (name === 'services' || name === 'servers') {
      const kind = name === 'services' ? 'service' : 'server';
      const children = pairsOf(pair.value).flatMap((service) => serviceItem(text, service, kind));
      return [item(name, name, '', text, spanOf(pair.key), endOf(pair), children)];
    }
    if (name !== 'tests') return [];
    return [item('tests', name, '', text, spanOf(pair.key), endOf(pair), itemsOf(pair.value).map(testItem(text)))];
  });
}

function serviceItem(text: string, pair: Pair, kind: 'service' | 'server'): OutlineItem[] {
  const name = wordOf(pair.key);
  if (name === '') return [];
  const rules = itemsOf(fieldOf(pair.value, 'policies')).map(ruleItem(text));
  const baseUrl = wordOf(fieldOf(pair.value, 'baseUrl'));
  return [item(kind, name, baseUrl, text, spanOf(pair.key), endOf(pair), rules)];
}

function ruleItem(text: string): (node: ParsedNode) => OutlineItem {
  return (node) => {
    const path = fieldOf(node, 'path');
    const methods = itemsOf(fieldOf(node, 'methods')).map(wordOf).join(', ');
    const asks = fieldOf(node, 'approval') !== undefined;
    const detail = wordOf(fieldOf(node, 'effect')) === 'deny' ? 'deny' : asks ? 'asks' : '';
    const name = [methods, wordOf(path)].filter(Boolean).join(' ') || 'rule';
    return item('rule', name, detail, text, spanOf(path ?? node), node.range[1], [], node.range[0]);
  };
}

function testItem(text: string): (node: ParsedNode) => OutlineItem {
  return (node) => {
    const name = fieldOf(node, 'name');
    const expect = wordOf(fieldOf(node, 'expect'));
    return item('test', wordOf(name) || 'test', expect, text, spanOf(name ?? node), node.range[1], [], node.range[0]);
  };
}

function item(
  kind: OutlineItem['kind'],
  name: string,
  detail: string,
  text: string,
  nameSpan: Span,
  end: number,
  children: readonly OutlineItem[],
  start = nameSpan.start,
): OutlineItem {
  // A block's range reaches into the next line, where the next entry stands.
  const trimmed = start + text.slice(start, end).trimEnd().length;
  return { kind, name, detail, span: { start, end: Math.max(trimmed, nameSpan.end) }, nameSpan, children };
}

function pairsOf(node: ParsedNode | null | undefined): readonly Pair[] {
  return node && isMap(node) ? (node.items as unknown as readonly Pair[]) : [];
}

function itemsOf(node: ParsedNode | null | undefined): readonly ParsedNode[] {
  return node && isSeq(node) ? (node.items as (ParsedNode | null)[]).filter((one) => one !== null) : [];
}

function fieldOf(node: ParsedNode | null | undefined, name: string): ParsedNode | undefined {
  return pairsOf(node).find(({ key }) => wordOf(key) === name)?.value ?? undefined;
}

function wordOf(node: ParsedNode | null | undefined): string {
  return node && isScalar(node) && node.value !== null ? String(node.value) : '';
}

function spanOf({ range }: ParsedNode): Span {
  return { start: range[0], end: range[1] };
}

function endOf({ key, value }: Pair): number {
  return Math.max(key.range[1], value?.range[1] ?? 0);
}
