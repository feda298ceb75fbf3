import { isMap, isScalar, type ParsedNode } from 'yaml';
import { phrase } from '../../text/phrase.ts';
import type { Problem } from '../../text/problem.ts';
import type { Span } from '../../text/span.ts';
import { listOf, type TextEdit } from '../../text/textEdit.ts';
import { BODY_TYPES } from '../model/restrictionModel.ts';
import { addItems, addPair, addToValue, removeItem, removePair } from '../text/yamlEdit.ts';
import { type AnyPair, nodeWithSpan, pairNamed, pairWithKey, rootOf } from '../text/yamlFind.ts';
import { yamlText } from '../text/yamlText.ts';
import { baseUrlFixes } from './baseUrlFixes.ts';
import type { PolicyFix } from './policyFix.ts';
import { removeCharacter, textFix } from './textFixes.ts';
import { bodyToQuery, splitCommand, typeFixes } from './valueFixes.ts';

/** What a service without policies may start with. */
const PRESETS = [
  { title: phrase`Allow reads`, rules: ['{ path: /**, methods: [GET, HEAD] }'] },
  {
    title: phrase`Allow reads, ask about writes`,
    rules: [
      '{ path: /**, methods: [GET, HEAD] }',
      '{ path: /**, methods: [POST, PUT, PATCH, DELETE], approval: always }',
    ],
  },
];

/**
 * The fixes of one problem of `text`; none where no fix is certain. The problem must be of this very text. A title
 * quotes nothing that its fix removes: it may be a credential in the wrong place.
 */
export function fixesFor(text: string, problem: Problem): readonly PolicyFix[] {
  const ofText = textFix(text, problem);
  if (ofText !== undefined) return [ofText];
  const root = rootOf(text);
  return root === undefined ? [] : fixesOfTree(text, root, problem);
}

function fixesOfTree(text: string, root: ParsedNode, problem: Problem): readonly PolicyFix[] {
  const { code, span, suggestion } = problem;
  switch (code) {
    case 'shadowed-rule':
    case 'unreachable-rule':
    case 'deny-without-effect':
    case 'unused-rule':
      return one({ title: phrase`Remove this rule`, edits: itemAt(text, root, span) });
    case 'duplicate-method':
      return one({ title: phrase`Remove the second one`, edits: itemAt(text, root, span) });
    case 'duplicate-key':
    case 'administrator-only':
      return one({ title: phrase`Remove this key`, edits: pairAt(text, root, span) });
    case 'reserved-header':
    case 'duplicate-header':
      return one({
        title: phrase`Remove this header`,
        edits: [...pairAt(text, root, span), ...itemAt(text, root, span)],
      });
    case 'forbidden-character':
      return one(removeCharacter(text, root, span));
    case 'broad-write':
    case 'write-without-approval':
      return one({ title: phrase`Ask every time`, edits: pairIn(text, root, span, 'approval: always') });
    case 'graphql-without-block':
      return one({
        title: phrase`Allow GraphQL queries`,
        edits: pairIn(text, root, span, 'graphql: { operations: [query] }'),
      });
    case 'body-without-type':
      return BODY_TYPES.flatMap((type) =>
        one({ title: phrase`Add \`bodyType: ${type}\``, edits: pairIn(text, root, span, `bodyType: ${type}`) }),
      );
    case 'parameter-in-path':
      return suggestion === undefined
        ? []
        : one({ title: phrase`Use wildcards`, edits: pathIn(root, span, suggestion) });
    case 'approval-on-deny':
      return one({ title: phrase`Remove \`approval\``, edits: pairBehind(text, root, span) });
    case 'missing-key':
      return one({ title: phrase`Add it`, edits: missingPair(text, root, problem) });
    case 'no-policies':
      return PRESETS.flatMap(({ title, rules }) => one({ title, edits: policiesOf(text, root, span, rules) }));
    case 'limit-without-effect':
      return limitFixes(text, root, span);
    case 'condition-without-effect':
      return suggestion === 'query' ? one(bodyToQuery(root, span)) : [];
    case 'wrong-type':
      return one(typeFixes(text, root, problem));
    case 'bad-command':
      return one(splitCommand(text, root, span));
    default:
      if (code.startsWith('base-url-')) return baseUrlFixes(text, root, problem);
      return suggestion === undefined
        ? []
        : one({ title: phrase`Write \`${suggestion}\``, edits: [replace(span, suggestion)] });
  }
}

function one(fix: PolicyFix | undefined): PolicyFix[] {
  return fix === undefined || fix.edits.length === 0 ? [] : [fix];
}

function replace(span: Span, newText: string): TextEdit {
  return { span, newText };
}

function itemAt(text: string, root: ParsedNode, span: Span): readonly TextEdit[] {
  const found = nodeWithSpan(root, span);
  const list = found?.parents.at(-1);
  return found && list ? listOf(removeItem(text, list, found.node)) : [];
}

/** Removes the pair whose key stands here. */
function pairAt(text: string, root: ParsedNode, span: Span): readonly TextEdit[] {
  const found = pairWithKey(root, span);
  return found ? listOf(removePair(text, found.map, found.pair)) : [];
}

function pairIn(text: string, root: ParsedNode, span: Span, pair: string): readonly TextEdit[] {
  const found = nodeWithSpan(root, span);
  return found ? listOf(addPair(text, found.node, [pair])) : [];
}

/** Replaces a rule's `path`. */
function pathIn(root: ParsedNode, span: Span, path: string): readonly TextEdit[] {
  const value = pairNamed(nodeWithSpan(root, span)?.node, 'path')?.value;
  return value ? [replace({ start: value.range[0], end: value.range[1] }, yamlText(path))] : [];
}

/** Removes the pair whose value stands here. */
function pairBehind(text: string, root: ParsedNode, span: Span): readonly TextEdit[] {
  const map = nodeWithSpan(root, span)?.parents.at(-1);
  const key = isMap(map)
    ? (map.items as AnyPair[]).find(({ value }) => value?.range[0] === span.start)?.key.range
    : undefined;
  return key === undefined ? [] : pairAt(text, root, { start: key[0], end: key[1] });
}

/** The key that the message names, with its example. */
function missingPair(text: string, root: ParsedNode, { span, data }: Problem): readonly TextEdit[] {
  if (data?.add === undefined) return [];
  const { pair, to } = data.add;
  const found = pairWithKey(root, span);
  if (to === 'value') return found ? addToValue(text, found, [pair]) : [];
  // Empty braces have no key at which their problem could stand.
  const map = found?.map ?? nodeWithSpan(root, span)?.node;
  return map ? listOf(addPair(text, map, [pair])) : [];
}

/** Gives a service its first rules: `span` is its name, or its empty `policies`. */
function policiesOf(text: string, root: ParsedNode, span: Span, rules: readonly string[]): readonly TextEdit[] {
  const found = pairWithKey(root, span);
  if (!found) return [];
  const { pair, parents } = found;
  // A service may be called `policies`, too.
  const isName = parents.length === 1;
  return isName || !isScalar(pair.key) || pair.key.value !== 'policies'
    ? addToValue(text, found, [`policies: [${rules.join(', ')}]`])
    : addItems(
        text,
        found,
        rules.map((rule) => `- ${rule}`),
      );
}

/** `span` is the service's name. */
function limitFixes(text: string, root: ParsedNode, span: Span): readonly PolicyFix[] {
  const limits = pairNamed(pairWithKey(root, span)?.pair.value, 'limits')?.value;
  const perAgent = pairNamed(limits, 'perAgent');
  if (!limits || !perAgent) return [];
  const { key } = perAgent;
  return [
    ...one({
      title: phrase`Add \`requests: 60/minute\``,
      edits: listOf(addPair(text, limits, ['requests: 60/minute'])),
    }),
    ...one({
      title: phrase`Remove \`perAgent\``,
      edits: pairAt(text, root, { start: key.range[0], end: key.range[1] }),
    }),
  ];
}
