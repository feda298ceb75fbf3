import { isMap, isScalar, isSeq, type ParsedNode } from 'yaml';
import { phrase } from '../../text/phrase.ts';
import type { Problem } from '../../text/problem.ts';
import type { Span } from '../../text/span.ts';
import { namesSecret } from '../read/secretText.ts';
import { addPair } from '../text/yamlEdit.ts';
import { type AnyPair, type Found, nodeWithSpan, pairNamed } from '../text/yamlFind.ts';
import type { PolicyFix } from './policyFix.ts';

/** Keys whose value is any text, keys of maps of such values, and keys of lists of them. */
const FREE_TEXTS: ReadonlySet<string> = new Set(['description', 'environment', 'name', 'username', 'prefix']);
const FREE_MAPS: ReadonlySet<string> = new Set(['set', 'env', 'headers']);
const FREE_LISTS: ReadonlySet<string> = new Set(['args']);

/** The types of `auth` that need nothing else. */
const BARE_TYPES: ReadonlySet<string> = new Set(['bearer', 'basic']);

/** A number where a text is wanted needs quotes; the name of a type in the place of `auth` needs its braces. */
export function typeFixes(text: string, root: ParsedNode, { span, data }: Problem): PolicyFix | undefined {
  const found = nodeWithSpan(root, span);
  if (!found || !isScalar(found.node)) return undefined;
  const { value } = found.node;
  const [key, outer] = keysOf(found);
  if (key === 'auth' && typeof value === 'string' && BARE_TYPES.has(value)) {
    const written = `{ type: ${value} }`;
    return { title: phrase`Write \`${written}\``, edits: [{ span, newText: written }] };
  }
  // A number under the name of a secret would be one in quotes, too.
  if (data?.unquoted === undefined || namesSecret(key ?? '')) return undefined;
  const list = isSeq(found.parents.at(-1));
  const free = list ? FREE_LISTS.has(key ?? '') : FREE_TEXTS.has(key ?? '') || FREE_MAPS.has(outer ?? '');
  if (!free) return undefined;
  const written = JSON.stringify(text.slice(span.start, span.end));
  return { title: phrase`Put the value in quotes`, edits: [{ span, newText: written }] };
}

/** A rule of reads alone asks of the query what it asks of a body. */
export function bodyToQuery(root: ParsedNode, span: Span): PolicyFix | undefined {
  const rule = nodeWithSpan(root, span)?.node;
  const body = pairNamed(rule, 'body');
  if (!body || pairNamed(rule, 'query')) return undefined;
  const [start, end] = body.key.range;
  return { title: phrase`Write \`query\` instead of \`body\``, edits: [{ span: { start, end }, newText: 'query' }] };
}

/** A program with its arguments in one text, where nothing in it needs a shell. */
export function splitCommand(text: string, root: ParsedNode, span: Span): PolicyFix | undefined {
  const found = nodeWithSpan(root, span);
  const map = found?.parents.at(-1);
  if (!found || !isScalar(found.node) || !isMap(map) || pairNamed(map, 'args')) return undefined;
  const [command = '', ...args] = String(found.node.value).trim().split(/ +/);
  if (args.length === 0 || !/^[\w.@+-]+$/.test(command)) return undefined;
  if (args.some((arg) => !/^[\w./:@=,+-]+$/.test(arg))) return undefined;
  const own = pairNamed(map, 'command');
  const added = addPair(text, map, [`args: [${args.map(argument).join(', ')}]`], own);
  if (added === undefined) return undefined;
  return { title: phrase`Put the arguments into \`args\``, edits: [{ span, newText: command }, added] };
}

/** Plain where YAML reads nothing else than this text. */
function argument(text: string): string {
  return /^-{0,2}[A-Za-z@/][\w@./+-]*$/.test(text) && !/^(?:true|false|null)$/i.test(text)
    ? text
    : JSON.stringify(text);
}

/** The names of the keys in whose value a node lies, the nearest first. */
function keysOf({ node, parents }: Found): string[] {
  const keys: string[] = [];
  let inner: ParsedNode = node;
  for (const parent of [...parents].reverse()) {
    const pair = isMap(parent) ? (parent.items as AnyPair[]).find(({ value }) => value === inner) : undefined;
    if (pair && isScalar(pair.key)) keys.push(String(pair.key.value));
    inner = parent;
  }
  return keys;
}
