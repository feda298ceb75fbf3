import type { Located, ServerEntry } from '../checkup/model/checkupModel.ts';

/** One word of a command line, and where it stands: it may be a part of a text, as in `sh -c "npx server"`. */
export interface Word {
  readonly value: string;
  readonly at: Located;
  /** Where `value` begins in `at.value`. */
  readonly offset: number;
}

/** The command line of a server, the command first. */
export function commandLine({ command, args }: ServerEntry): Word[] {
  return [...(command ? [command] : []), ...args].map((at) => ({ value: at.value, at, offset: 0 }));
}

/** A part of a word. */
export function slice(word: Word, start: number, end = word.value.length): Word {
  return { value: word.value.slice(start, end), at: word.at, offset: word.offset + start };
}

/**
 * The commands in a shell's command string, each as its words. Quotes are taken off where they enclose a whole word;
 * that is enough to find package names, and nothing is ever run.
 */
export function shellCommands(script: Word): Word[][] {
  const commands: Word[][] = [];
  let words: Word[] = [];
  const pattern = /(?:"([^"]*)"|'([^']*)')(?=\s|$|[;&|)])|(&&|\|\||[;&|\n()])|[^\s;&|()]+/g;
  for (const match of script.value.matchAll(pattern)) {
    const [text, double, single, separator] = match;
    if (separator !== undefined) {
      if (words.length > 0) commands.push(words);
      words = [];
      continue;
    }
    const quoted = double ?? single;
    const start = match.index + (quoted === undefined ? 0 : 1);
    words.push(slice(script, start, start + (quoted ?? text).length));
  }
  if (words.length > 0) commands.push(words);
  return commands;
}

/** `npx` of `C:\Program Files\nodejs\npx.cmd`: the program that a command names. */
export function programName(command: string): string {
  const last = command.trim().split(/[\\/]/).at(-1) ?? '';
  return last.toLowerCase().replace(/\.(?:exe|cmd|bat|ps1)$/, '');
}
