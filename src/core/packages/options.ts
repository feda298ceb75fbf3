import { slice, type Word } from './words.ts';

/** How a program reads its options, as far as it matters for telling them from what is run. */
export interface OptionStyle {
  /** Options that take the next word as their value unless they have one after `=`. */
  readonly withValue?: ReadonlySet<string>;
  /** The options that take none; all others take the next word. For programs with few such options. */
  readonly flags?: ReadonlySet<string>;
}

export interface Options {
  /** Values of each option in order, by its spelling: `--package`. */
  readonly given: readonly { readonly option: string; readonly value?: Word }[];
  /** From the first word that is no option on. */
  readonly rest: readonly Word[];
}

/** Reads the options before the first positional word; `--` ends them. */
export function readOptions(words: readonly Word[], { withValue, flags }: OptionStyle): Options {
  const given: { option: string; value?: Word }[] = [];
  let at = 0;
  for (; at < words.length; at += 1) {
    const word = words[at] as Word;
    if (word.value === '--') {
      at += 1;
      break;
    }
    if (!/^-./.test(word.value)) break;
    const equals = word.value.indexOf('=');
    if (word.value.startsWith('--') && equals !== -1) {
      given.push({ option: word.value.slice(0, equals), value: slice(word, equals + 1) });
      continue;
    }
    const takesNext = withValue ? withValue.has(word.value) : !isFlag(word.value, flags ?? new Set());
    const next = words[at + 1];
    if (takesNext && next) {
      given.push({ option: word.value, value: next });
      at += 1;
    } else {
      given.push(shortWithValue(word, withValue) ?? { option: word.value });
    }
  }
  return { given, rest: words.slice(at) };
}

/** `-it` is two flags; `-p8080:80` carries its value. */
function isFlag(option: string, flags: ReadonlySet<string>): boolean {
  if (option.startsWith('--')) return flags.has(option);
  const letters = [...option.slice(1)];
  const valued = letters.findIndex((letter) => !flags.has(`-${letter}`));
  return valued === -1 || valued < letters.length - 1;
}

function shortWithValue(word: Word, withValue: ReadonlySet<string> | undefined): Options['given'][number] | undefined {
  const short = word.value.slice(0, 2);
  if (word.value.startsWith('--') || word.value.length < 3 || !withValue?.has(short)) return undefined;
  // npm takes `-p=server`, too.
  return { option: short, value: slice(word, word.value[2] === '=' ? 3 : 2) };
}
