import { type Phrase, phrase } from '../../text/phrase.ts';
import type { Finding } from '../model/checkupModel.ts';

const START = { line: 1, column: 1 };

/** Who ran out of time: a window keeps what it found and goes on from there, the command line begins anew. */
export type Runner = 'window' | 'command-line';

/** That a run ended before it came to these files, and how to go on. Nothing when it came to all of them. */
export function unreachedFindings([first, ...more]: readonly string[], runner: Runner): Finding[] {
  if (first === undefined) return [];
  return [
    {
      check: 3,
      severity: 'warning',
      code: 'files-not-reached',
      file: first,
      span: { start: 0, end: 0 },
      start: START,
      end: START,
      message: messageOf(first, more.length, runner),
    },
  ];
}

function messageOf(first: string, more: number, runner: Runner): Phrase {
  const which = more === 0 ? phrase`${first}` : phrase`${first} and ${more} more`;
  return runner === 'window'
    ? phrase`The files before took too long, or too much was found in them, so this was not checked: ${which}. Run the checkup again to go on, or open the folder in a window of its own.`
    : phrase`The files before took too long, or too much was found in them, so this was not checked: ${which}. Check the folder as a workspace of its own.`;
}
