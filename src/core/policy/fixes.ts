import { isMap, isScalar, type ParsedNode } from 'yaml';
import type { Problem, Span } from './model.ts';
import { yamlText } from './print.ts';
import { addPair, columnOf, nodeWithSpan, pairWithKey, removeItem, rootOf, type TextEdit } from './yamlEdit.ts';

/** A quick fix: what it does, and the edits that do it. What it adds waits for a person's review like any other edit. */
export interface PolicyFix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

/** What a service without policies may start with. */
const PRESETS = [
  { title: 'Allow reads', rules: ['{ path: /**, methods: [GET, HEAD] }'] },
  {
    title: 'Allow reads, ask about writes',
    rules: [
      '{ path: /**, methods: [GET, HEAD] }',
      '{ path: /**, methods: [POST, PUT, PATCH, DELETE], approval: always }',
    ],
  },
];

/** The fixes of one problem of `text`; none where no fix is obvious. The problem must be of this very text. */
export function fixesFor(text: string, problem: Problem): readonly PolicyFix[] {
  const { code, span, suggestion } = problem;
  switch (code) {
    case 'shadowed-rule':
    case 'unreachable-rule':
    case 'deny-without-effect':
    case 'unused-rule':
      return one('Remove this rule', itemAt(text, span));
    case 'duplicate-method':
      return one('Remove the second one', itemAt(text, span));
    case 'broad-write':
    case 'write-without-approval':
      return one('Ask every time', pairIn(text, span, 'approval: always'));
    case 'graphql-without-block':
      return one('Allow GraphQL queries', pairIn(text, span, 'graphql: { operations: [query] }'));
    case 'parameter-in-path':
      return suggestion === undefined ? [] : one('Write stars', pathIn(text, span, suggestion));
    case 'approval-on-deny':
      return one('Remove `approval`', pairBehind(text, span));
    case 'missing-key':
      return one('Add it', missingPair(text, problem));
    case 'no-policies':
      return PRESETS.flatMap(({ title, rules }) => one(title, policiesOf(text, span, rules)));
    default:
      return suggestion === undefined
        ? []
        : [{ title: `Write \`${suggestion}\``, edits: [{ span, newText: suggestion }] }];
  }
}

function one(title: string, edit: TextEdit | undefined): PolicyFix[] {
  return edit === undefined ? [] : [{ title, edits: [edit] }];
}

function itemAt(text: string, span: Span): TextEdit | undefined {
  const root = rootOf(text);
  const found = root && nodeWithSpan(root, span);
  const list = found?.parents.at(-1);
  return found && list && removeItem(text, list, found.node);
}

function pairIn(text: string, span: Span, pair: string): TextEdit | undefined {
  const root = rootOf(text);
  const found = root && nodeWithSpan(root, span);
  return found && addPair(text, found.node, pair);
}

/** Replaces a rule's `path`. */
function pathIn(text: string, span: Span, path: string): TextEdit | undefined {
  const root = rootOf(text);
  const rule = root && nodeWithSpan(root, span)?.node;
  if (!rule || !isMap(rule)) return undefined;
  const pair = rule.items.find(({ key }) => isScalar(key) && key.value === 'path');
  const value = pair?.value as ParsedNode | null | undefined;
  return value ? { span: { start: value.range[0], end: value.range[1] }, newText: yamlText(path) } : undefined;
}

/** Removes the pair whose value stands here. */
function pairBehind(text: string, span: Span): TextEdit | undefined {
  const root = rootOf(text);
  const map = root && nodeWithSpan(root, span)?.parents.at(-1);
  if (!map || !isMap(map)) return undefined;
  const items = map.items as { key: ParsedNode; value: ParsedNode | null }[];
  const index = items.findIndex(({ value }) => value?.range[0] === span.start);
  const before = items[index - 1];
  if (before?.value) return { span: { start: before.value.range[1], end: span.end }, newText: '' };
  const next = items[index + 1];
  const own = items[index];
  return next && own ? { span: { start: own.key.range[0], end: next.key.range[0] }, newText: '' } : undefined;
}

/** The key that the message names with its example: ``Add it, such as `methods: [GET]`.`` */
function missingPair(text: string, { span, message }: Problem): TextEdit | undefined {
  const example = /such as `([^`…]+)`/.exec(message)?.[1];
  const root = rootOf(text);
  const found = root && pairWithKey(root, span);
  if (!found || example === undefined) return undefined;
  const { map, pair } = found;
  // A service's problem stands at its name, a rule's at its first key.
  const service = /^This service/.test(message);
  if (!service) return addPair(text, map, example);
  return pair.value === null ? undefined : addPair(text, pair.value, example);
}

/** Gives a service its first rules: `span` is its name, or its empty `policies`. */
function policiesOf(text: string, span: Span, rules: readonly string[]): TextEdit | undefined {
  const root = rootOf(text);
  const found = root && pairWithKey(root, span);
  if (!found) return undefined;
  const { map, pair } = found;
  const list = `[${rules.join(', ')}]`;
  if (isScalar(pair.key) && pair.key.value === 'policies') {
    const end = pair.value === null ? span.end : Math.max(pair.value.range[1], span.end);
    const block = rules.map((rule) => `\n${' '.repeat(columnOf(text, span.start) + 2)}- ${rule}`).join('');
    return { span: { start: span.start, end }, newText: map.flow ? `policies: ${list}` : `policies:${block}` };
  }
  return pair.value === null ? undefined : addPair(text, pair.value, `policies: ${list}`);
}
