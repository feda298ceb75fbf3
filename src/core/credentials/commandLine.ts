/** What is wrong with a command line that the user typed. The texts for people are made where they are shown. */
export type CommandLineProblem =
  | { readonly kind: 'empty' | 'open-quote' | 'control-character' | 'too-long' }
  /** Something that a shell would act on, outside of quotes. There is no shell. */
  | { readonly kind: 'shell'; readonly character: string };

/** A command line of the user's is a line. */
const MAX_CHARACTERS = 2000;

/**
 * The words of a command line as a POSIX shell would split them, quotes and backslashes included, without anything that a
 * shell would do besides: variables, pipes, patterns and `~` are refused, because they would mean something else here. On
 * Windows a backslash is a character like any other.
 */
export function splitCommandLine(
  text: string,
  windows: boolean,
): { readonly words: readonly string[] } | { readonly problem: CommandLineProblem } {
  if (text.length > MAX_CHARACTERS) return { problem: { kind: 'too-long' } };
  // Also what nobody sees, or what shows a line in another order than it is run in.
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)) return { problem: { kind: 'control-character' } };
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    const next = text[at + 1];
    if (quote === undefined && character === ' ') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === quote) {
      quote = undefined;
    } else if (quote === undefined && (character === '"' || character === "'")) {
      quote = character;
      word ??= '';
    } else if (character === '\\' && !windows && quote !== "'" && escapes(quote, next)) {
      word = (word ?? '') + (next ?? '');
      at += 1;
    } else if (quote !== "'" && isForShell(character, quote, word)) {
      return { problem: { kind: 'shell', character } };
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== undefined) return { problem: { kind: 'open-quote' } };
  if (word !== undefined) words.push(word);
  return words.length === 0 || words[0] === '' ? { problem: { kind: 'empty' } } : { words };
}

/** The words as one line that {@link splitCommandLine} reads as the same words: what the user is shown. */
export function printCommandLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w%+,./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`)).join(' ');
}

/** Within double quotes a backslash escapes only what would mean something there (POSIX, Shell Command Language 2.2.3). */
function escapes(quote: '"' | undefined | "'", next: string | undefined): boolean {
  return next !== undefined && (quote === undefined || '$`"\\'.includes(next));
}

function isForShell(character: string, quote: '"' | "'" | undefined, word: string | undefined): boolean {
  if (character === '$' || character === '`') return true;
  if (quote !== undefined) return false;
  return '|&;<>()*?[]'.includes(character) || ((character === '~' || character === '#') && word === undefined);
}
