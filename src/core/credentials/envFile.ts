import { Secret } from '../secret.ts';
import { isUsable } from './credentialInput.ts';

/** One variable of a `.env` file. Offsets are UTF-16 code units of the text it was read from. */
export interface EnvVariable {
  readonly name: string;
  readonly value: Secret;
  /** From 1. */
  readonly line: number;
  /** Its whole line or lines, the final line break included: what has to go when the variable goes. */
  readonly start: number;
  readonly end: number;
}

/** Names that usually name a credential; they come first. */
const LIKELY = /(?:key|token|secret|password|passwd|pat|auth|credential)s?$/i;

/** An API's address is no credential, and most of these files have some. */
const ADDRESS = /^\s*https?:\/\//i;

/** Up to the value: `NAME=`, with or without `export` and blanks around. */
const HEAD = /[^\S\r\n]*(?:export[^\S\r\n]+)?([A-Za-z_][A-Za-z0-9_.]*)[^\S\r\n]*=[^\S\r\n]*/y;

/** What may follow a quoted value on its line. */
const TAIL = /^[^\S\r\n]*(?:#.*)?\r?$/;

/**
 * The variables whose values could be credentials, the likely ones first, else in the order of the file: lines
 * `NAME=value`, where a quoted value may hold line breaks, as dotenv, Docker Compose and shells have it in common.
 * Comments and anything else are no variables. Takes linear time.
 */
export function envVariables(text: string): readonly EnvVariable[] {
  const found: EnvVariable[] = [];
  const unclosed = new Set<string>();
  let line = 1;
  for (let start = 0; start < text.length; ) {
    HEAD.lastIndex = start;
    const head = HEAD.exec(text);
    const from = start + (head?.[0].length ?? 0);
    const quote = text[from] ?? '';
    // A quote without its other half is a character like any other, and so are all those after it.
    const close = head && /["'`]/.test(quote) && !unclosed.has(quote) ? closing(text, from, quote) : undefined;
    if (head && /["'`]/.test(quote) && close === undefined) unclosed.add(quote);
    const end = lineEnd(text, close ?? from);
    const quoted = close !== undefined && TAIL.test(text.slice(close + 1, end).replace(/\n$/, ''));
    const raw = quoted ? text.slice(from + 1, close) : plain(text.slice(from, lineEnd(text, from)));
    const next = quoted ? end : lineEnd(text, from);
    const value = new Secret((quoted && quote === '"' ? raw.replace(/\\(["\\$])/g, '$1') : raw).trim());
    if (head?.[1] !== undefined && isUsable(value) && !ADDRESS.test(raw))
      found.push({ name: head[1], value, line, start, end: next });
    line += text.slice(start, next).split('\n').length - 1;
    start = next;
  }
  return [...found.filter(({ name }) => LIKELY.test(name)), ...found.filter(({ name }) => !LIKELY.test(name))];
}

/** Where the quote at `open` closes; in double quotes a backslash takes the next character along. */
function closing(text: string, open: number, quote: string): number | undefined {
  for (let at = open + 1; at < text.length; at += 1) {
    if (text[at] === quote) return at;
    if (text[at] === '\\' && quote === '"') at += 1;
  }
  return undefined;
}

/** The end of the line that `at` stands in, its line break included. */
function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end + 1;
}

/** An unquoted value ends where a `#` follows a blank. */
function plain(rest: string): string {
  const comment = rest.search(/(?:^|[^\S\r\n])#/);
  return comment === -1 ? rest : rest.slice(0, comment);
}

/**
 * The text without a variable that was read from it before, wherever that stands by now; undefined when the text does
 * not have it any more with this very value.
 */
export function withoutVariable(
  text: string,
  { name, value }: Pick<EnvVariable, 'name' | 'value'>,
): string | undefined {
  const present = envVariables(text).find((other) => other.name === name && other.value.equals(value));
  return present && text.slice(0, present.start) + text.slice(present.end);
}
