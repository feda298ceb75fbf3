import { memberPart } from './assignments.ts';
import { isSecretName } from './members.ts';
import type { Part } from './part.ts';

/** What may be a name: of a setting, a member, an element, or of an option with its dashes. */
const WORD = /[\w.-]{1,100}/g;

/** What stands between a name and its value, in whichever language, and the value: in quotes, in braces, or up to a sign. */
const VALUE =
  /^["']?\]?\s{0,3}(?:(?:=>|:=|[=:])\s{0,3}|>\s{0,50})(?:"([^"\r\n]*)"|'([^'\r\n]*)'|\{([^{}\r\n]*)\}|([^\s;&,<>()[\]{}"']+)(\S*))/;

/** A value in quotes behind its name alone, or as what a function is called with: `password "…"`, `setPassword("…")`. */
const QUOTED_VALUE = /^(?:\s{1,3}|\s?\(\s?)(?:"([^"\r\n]*)"|'([^'\r\n]*)')/;
/** The second of two things in brackets, the first of which is its name: `define('PASSWORD', '…')`, `{password, <<"…">>}`. */
const SECOND_OF_TWO = /^["']?\s{0,3},\s{0,3}(?:<<)?(?:"([^"\r\n]*)"|'([^'\r\n]*)')(?:>>)?\s{0,3}[)}]/;
const OPENS = /[({]\s{0,3}["']?$/;
const KEY = /^key$/i;
/** Of two settings the first may be the name of the second: `name: DB_PASSWORD`, `value: …`. */
const NAMING = /^(?:key|name|label)$/i;
const NEXT_VALUE = /^["']?[\s,]{1,40}["']?value(?=["']?\s{0,3}[:=])/i;
/** As SQL says what somebody is identified by. */
const BY = /^by$/i;

/** The same behind an option of a command. */
const ARGUMENT = /^\s{1,3}(?:"([^"\r\n]*)"|'([^'\r\n]*)'|([^\s"']\S*))/;

/** The options with which commands take a pair. */
const PAIR_OPTION = /^-(?:u|-user)$/;
/** The shorter one without a blank behind it, up to the colon of the pair. */
const GLUED_PAIR = /^-u[\w.-]{1,100}$/;

/** What stands in quotes, such as a header on a command line. */
const QUOTED = /"([^"\r\n]*)"|'([^'\r\n]*)'/g;

/**
 * The values in a text whose names say that they are secret, in whatever language it is written: settings, code, a command
 * line, an element, a login module's options. What is found too much is looked for as well, and stands nowhere.
 */
export function namedValues(text: string): Part[] {
  const parts: Part[] = [];
  let read = 0;
  for (const { 0: word, index } of text.matchAll(WORD)) {
    const value = index < read ? undefined : valueBehind(word, text, index + word.length);
    if (value === undefined) continue;
    parts.push(...value.parts);
    read = value.end;
  }
  return parts.filter((part) => part.text !== text);
}

/** What stands in quotes inside of a text and says more than a word, to be looked into. */
export function quotedTexts(text: string): Part[] {
  return [...text.matchAll(QUOTED)]
    .map((found) => ({ text: found[1] ?? found[2] ?? '', secret: false }))
    .filter((part) => /[:=]/.test(part.text) && part.text.length + 2 < text.length);
}

/** What a word is the name of, where its value is secret, or may hold a secret. */
function valueBehind(word: string, text: string, at: number): { parts: Part[]; end: number } | undefined {
  const name = word.replace(/^-{1,2}/, '');
  // A scheme stands in front of the value there, which is read with its header.
  if (/authorization$/i.test(name)) return undefined;
  const value = matchAt(VALUE, text, at);
  if (value !== undefined) {
    const { found, end } = value;
    const pair = PAIR_OPTION.test(word);
    if (pair || GLUED_PAIR.test(word))
      return { parts: textsOf(found).map((one) => ({ text: one, secret: true, password: !pair })), end };
    const texts = isSecretName(name) ? textsOf(found) : [];
    const own = NAMING.test(name) ? textsOf(found)[0] : undefined;
    const next = own === undefined ? undefined : matchAt(NEXT_VALUE, text, end);
    if (own !== undefined && next !== undefined && isSecretName(own)) return valueBehind(own, text, next.end);
    // What is called a key may be the name of what stands beside it: see elementParts.
    if (texts.length === 0 || (KEY.test(name) && texts.some(isSecretName))) return undefined;
    return { parts: texts.map((one) => memberPart(name, one)), end };
  }
  const quoted = quotedValue(name, text, at, at - word.length);
  if (quoted !== undefined) return quoted;
  const option = name === word ? undefined : matchAt(ARGUMENT, text, at);
  if (option === undefined) return undefined;
  const [argument = ''] = option.found.slice(1).filter((one) => one !== undefined);
  if (PAIR_OPTION.test(word) && argument.includes(':'))
    return { parts: [{ text: argument, secret: true }], end: option.end };
  return isSecretName(name) ? { parts: [memberPart(name, argument)], end: option.end } : undefined;
}

/** The value in quotes that stands beside its name, which begins at `start`, without a sign between the two. */
function quotedValue(
  name: string,
  text: string,
  at: number,
  start: number,
): { parts: Part[]; end: number } | undefined {
  const isBy = BY.test(name);
  if (!isBy && !isSecretName(name)) return undefined;
  const isFirst = OPENS.test(text.slice(Math.max(0, start - 5), start));
  const quoted = matchAt(QUOTED_VALUE, text, at) ?? (isFirst ? matchAt(SECOND_OF_TWO, text, at) : undefined);
  if (quoted === undefined) return undefined;
  const value = quoted.found[1] ?? quoted.found[2] ?? '';
  return { parts: [memberPart(isBy ? 'password' : name, value)], end: quoted.end };
}

/** What is not in quotes may hold a sign that would end it elsewhere. */
function textsOf([, double, single, braced, bare = '', rest = '']: RegExpExecArray): string[] {
  const quoted = double ?? single ?? braced;
  if (quoted !== undefined) return [quoted];
  if (rest === '' || rest.includes('=')) return [bare];
  const whole = (bare + rest).replace(/[;,)}\]]$/, '');
  return whole === bare ? [bare] : [bare, whole];
}

function matchAt(pattern: RegExp, text: string, at: number): { found: RegExpExecArray; end: number } | undefined {
  const found = pattern.exec(text.slice(at));
  if (found === null) return undefined;
  // Behind a sign that ends a value another name may stand.
  const rest = found[5] ?? '';
  return { found, end: at + found[0].length - (rest.includes('=') ? rest.length : 0) };
}
