import { describe, expect, it } from 'vitest';
import { printCommandLine, splitCommandLine } from '../../../src/core/credentials/commandLine.ts';

const words = (text: string, windows = false): readonly string[] | string => {
  const split = splitCommandLine(text, windows);
  return 'words' in split ? split.words : split.problem.kind;
};

describe('a command line', () => {
  it.each([
    ['pass show stripe/test', ['pass', 'show', 'stripe/test']],
    ['  op   read  op://Work/Stripe/key ', ['op', 'read', 'op://Work/Stripe/key']],
    [`op read 'op://My Vault/Stripe/key'`, ['op', 'read', 'op://My Vault/Stripe/key']],
    ['aws x --query "Secret String" ""', ['aws', 'x', '--query', 'Secret String', '']],
    [String.raw`a\ b "c\"d\\e" "f\g"`, ['a b', 'c"d\\e', 'f\\g']],
    [`it'"'"'s 'a''b'`, `open-quote`],
    [`'$HOME' '~' '*'`, ['$HOME', '~', '*']],
    ['a~b c#d', ['a~b', 'c#d']],
    [String.raw`echo \$HOME`, ['echo', '$HOME']],
    ['', 'empty'],
    ["''", 'empty'],
    ['"open', 'open-quote'],
    ['a\nb', 'control-character'],
    ['cat \u202eyek/emoh/', 'control-character'],
    ['cat a\u200bb', 'control-character'],
    ['cat a\u2028b', 'control-character'],
    ['a'.repeat(2001), 'too-long'],
  ])('%s is split as a shell would', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  it.each([
    'pass show x | head -1',
    'a; b',
    'a & b',
    'a && b',
    'a > b',
    'cat < b',
    'a $(b)',
    'a `b`',
    'a "$B"',
    'a "`b`"',
    'cat *.key',
    'cat a?',
    'cat [ab]',
    '~/bin/key',
    'a # b',
  ])('%s is refused: there is no shell that would act on it', (text) => {
    expect(words(text)).toBe('shell');
  });

  it('keeps the backslashes of Windows', () => {
    expect(words(String.raw`"C:\Program Files\op.exe" read C:\a\b`, true)).toEqual([
      String.raw`C:\Program Files\op.exe`,
      'read',
      String.raw`C:\a\b`,
    ]);
  });

  it.each([[['pass', 'show', 'a b']], [['x', "it's", '', '$HOME', '"', '\\', 'ä']], [['a', "'"]]])(
    'is shown so that it can be typed again: %j',
    (given) => {
      expect(words(printCommandLine(given))).toEqual(given);
    },
  );
});
