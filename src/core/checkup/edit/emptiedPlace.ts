import type { Span } from '../../text/span.ts';
import type { ConfigNode } from '../read/configNode.ts';
import { type ConfigChange, type ConfigPath, nodeAt } from './configChange.ts';

/** Secrets in one text of a configuration, as far as their place says what may go with them. */
export interface SecretsInText {
  readonly path: ConfigPath;
  /** Offsets in the text as its client reads it, in order. */
  readonly ranges: readonly Span[];
  /** Whether the text is a header's value. */
  readonly header: boolean;
}

/** `Bearer `, `Token token=` and the like, which mean nothing without what follows. */
const SCHEME =
  /^(?:bearer|basic|digest|token|apikey|api-key|key|bot|negotiate|oauth|googlelogin auth)?[\s=]*(?:token=)?$/i;

/** Options that the user gives alone, however they end: what follows them is no value of theirs. */
const SWITCH =
  /^-{1,2}(?:[yqidv]|it|ti|vv|rm|init|yes|stdio|interactive|tty|quiet|silent|verbose|debug|read-?only|restricted|safe|strict|headless|isolated|(?:no|disable|enable|allow)-[\w-]+)$/i;

const OPTION = /^--?[A-Za-z][\w.-]*$/;

/** A shell's statement that sets one variable: its first word alone would print all of them. */
const DECLARATION =
  /(^|[;&(\n])([ \t]{0,9})(?:export|set|declare|typeset|readonly|local)(?:[ \t]-[A-Za-z]{1,9})?[ \t]{1,9}[A-Za-z_]\w{0,99}=$/i;

/**
 * What takes secrets out of a text and leaves nothing empty behind that would mean something else: a variable goes with its
 * name, an option's value with the option, `NAME=value` and `?name=value` as a whole.
 */
export function withoutSecretsIn(root: ConfigNode, { path, ranges, header }: SecretsInText): readonly ConfigChange[] {
  const node = nodeAt(root, path);
  const value = textOfNode(node);
  const rest = withoutRanges(value, ranges);
  const set: ConfigChange = { kind: 'text', path, value: rest };
  const parent = nodeAt(root, path.slice(0, -1));
  const at = path.at(-1) ?? 0;
  if (parent?.kind === 'map') {
    const name = parent.entries[at]?.name ?? '';
    // A server without its program or address is none.
    if (/^(?:command|cmd|path|url|serverUrl|httpUrl|uri|endpoint)$/.test(name)) return [set];
    if (!header && !isAlone(value, ranges)) return [set];
    return [{ kind: 'remove', path: ofPair(root, path, name) }];
  }
  if (parent?.kind !== 'list') return [set];
  const words = parent.items.map(textOfNode);
  const gone = wordsWith(words, at, ranges);
  if (gone.length === 0) return [set];
  return gone.map((index) => ({ kind: 'remove', path: [...path.slice(0, -1), index] }));
}

/** A text as its client reads it; numbers and booleans count as theirs. */
export function textOfNode(node: ConfigNode | undefined): string {
  return node?.kind === 'text' ? node.value : node?.kind === 'other' ? String(node.value) : '';
}

/** `{ "name": "TOKEN", "value": "…" }` and `"TOKEN": { "value": "…" }` go as a whole. */
function ofPair(root: ConfigNode, path: ConfigPath, name: string): ConfigPath {
  const outer = path.slice(0, -1);
  return name === 'value' && outer.length > 1 && nodeAt(root, outer.slice(0, -1)) !== undefined ? outer : path;
}

/** Whether nothing but a secret is in a text, or what announces one. */
function isAlone(value: string, ranges: readonly Span[]): boolean {
  const [first] = ranges;
  const end = ranges.at(-1)?.end ?? 0;
  return (
    ranges.length === 1 &&
    first !== undefined &&
    announces(value.slice(0, first.start)) &&
    value.slice(end).trim() === ''
  );
}

function announces(text: string): boolean {
  return SCHEME.test(text.trim());
}

/** Which words of a command line go with the secrets of one of them; none where the word stays without them. */
function wordsWith(words: readonly string[], at: number, ranges: readonly Span[]): readonly number[] {
  const value = words[at] ?? '';
  const [before, twoBefore] = [words[at - 1] ?? '', words[at - 2] ?? ''];
  const [only] = ranges;
  if (!only || ranges.length > 1) return [];
  const [start, tail] = [value.slice(0, only.start), value.slice(only.end).trim()];
  const isQuoted = tail === '"' || tail === "'";
  if (isQuoted ? !start.endsWith(tail) : tail !== '') return [];
  const head = isQuoted ? start.slice(0, -1) : start;
  const takesValue = OPTION.test(before) && !SWITCH.test(before);
  // `TOKEN=…` and `--token=…` go, and with the former the `-e` before it; `Authorization: Bearer …` with its `--header`.
  if (/^(?:--?[\w.-]+=|\/[\w-]+[=:])(?:[\w.-]+[=:])*$/.test(head)) return [at];
  if (/^--?headers?=[\w-]+:/i.test(head) && announces(head.slice(head.indexOf(':') + 1))) return [at];
  // `-pPASSWORD`
  if (/^-[A-Za-z]$/.test(head)) return [at];
  if (/^[\w.-]+(?:=|\s*:\s*)/.test(head) && announces(head.replace(/^[\w.-]+(?:=|\s*:\s*)/, ''))) {
    return takesValue ? [at - 1, at] : [at];
  }
  if (!announces(head)) return [];
  if (takesValue) return [at - 1, at];
  // `--header NAME VALUE`
  if (/^(?:-H|--?headers?)$/.test(twoBefore) && /^[\w-]+:?$/.test(before)) return [at - 2, at - 1, at];
  // By its place alone: those behind it must keep theirs.
  return at === words.length - 1 ? [at] : [];
}

/** A text without these parts of it, each with the name that it is the value of. */
export function withoutRanges(value: string, ranges: readonly Span[]): string {
  return ranges.toReversed().reduce(withoutRange, value);
}

function withoutRange(text: string, { start, end }: Span): string {
  const [head, tail] = [text.slice(0, start), text.slice(end)];
  // `scheme://user:password@host` and `scheme://token@host`
  if (tail.startsWith('@')) {
    const user = /:\/\/([^\s/@:]*):$/.exec(head);
    if (user) return head.slice(0, -1) + (user[1] === '' ? tail.slice(1) : tail);
    if (head.endsWith('://')) return head + tail.slice(1);
  }
  // `?key=…&more=1`
  const query = /([?&])[\w.[\]-]+=$/.exec(head);
  if (query) {
    const first = query[1] === '?';
    const before = head.slice(0, query.index);
    if (!tail.startsWith('&')) return before + tail;
    return first ? `${before}?${tail.slice(1)}` : before + tail;
  }
  // `Server=…;Password=…;`
  const separator = head.lastIndexOf(';');
  const isPair =
    !DECLARATION.test(head) && /^[\w\s]+=$/.test(head.slice(separator + 1)) && head.slice(separator + 1).trim() !== '=';
  if (isPair && (tail.startsWith(';') || (tail === '' && separator >= 0))) {
    return separator < 0 ? tail.slice(1) : head.slice(0, separator) + tail;
  }
  return withoutWords(head, tail) ?? head + tail;
}

/** `server --token … --more` and `export NAME=… && server`, in one text; undefined where no word goes with the secret. */
function withoutWords(head: string, tail: string): string | undefined {
  const quote = /["']$/.exec(head)?.[0];
  const isQuoted = quote !== undefined && tail.startsWith(quote);
  const [before, after] = isQuoted ? [head.slice(0, -1), tail.slice(1)] : [head, tail];
  const declaration = DECLARATION.exec(before);
  if (declaration && !/^[ \t]+[A-Za-z_]\w*=/.test(after)) {
    const next = /^[ \t]*(?:&&|;|\r?\n)[ \t]*/.exec(after);
    if (!next) return undefined;
    const [, separator = '', blanks = ''] = declaration;
    return before.slice(0, declaration.index) + separator + blanks + after.slice(next[0].length);
  }
  const header = /(^|\s)(?:-H|--?headers?)(?:=|\s+)(["'])[\w-]+\s*:\s*(?:[A-Za-z]+\s+)?$/.exec(head);
  if (header && tail.startsWith(header[2] ?? '')) return joined(head.slice(0, header.index), header[1], tail.slice(1));
  const option = /(^|\s)(?:--?[A-Za-z][\w.-]*(?:=(?:[A-Za-z_]\w*=)?|\s+)|[A-Za-z_]\w*=)$/.exec(before);
  if (!option || !/^(?:\s|$)/.test(after) || SWITCH.test(before.slice(option.index).trim())) return undefined;
  // `-e NAME=…`: the option would take the next word.
  const taking = /^\s?\w/.test(option[0])
    ? /(^|\s)(--?[A-Za-z][\w.-]*)$/.exec(before.slice(0, option.index).trimEnd())
    : null;
  const [blank, start] =
    taking && !SWITCH.test(taking[2] ?? '') && option[1] !== '' ? [taking[1], taking.index] : [option[1], option.index];
  return joined(before.slice(0, start), blank, after);
}

function joined(before: string, blank: string | undefined, after: string): string {
  return before + (blank === '' ? after.trimStart() : after);
}
