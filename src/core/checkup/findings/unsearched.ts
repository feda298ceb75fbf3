import { type Phrase, phrase } from '../../text/phrase.ts';
import type { Unsearched } from '../model/checkupCoverage.ts';
import type { Finding } from '../model/checkupModel.ts';

const START = { line: 1, column: 1 };

/** A note that folders were not searched: what is in them is not known to be well. */
export function unsearchedFinding(unsearched: Unsearched): Finding {
  return {
    check: 3,
    // Deep folders are many and hold no configuration as a rule; the others are the user's to fix.
    severity: unsearched.why === 'too-deep' ? 'information' : 'warning',
    code: 'folder-not-searched',
    file: unsearched.path,
    span: { start: 0, end: 0 },
    start: START,
    end: START,
    message: messageOf(unsearched),
  };
}

function messageOf({ path, why, folders }: Unsearched): Phrase {
  const which = folders === 1 ? phrase`${path}` : phrase`${path} and ${folders - 1} more`;
  switch (why) {
    case 'too-deep':
      return phrase`Configurations are not looked for this deep, so this was not searched: ${which}. Check it as a workspace of its own.`;
    case 'too-many':
      return phrase`There were too many folders before, so this was not searched: ${which}. Check it as a workspace of its own.`;
    case 'no-permission':
      return phrase`You do not have permission to list this folder, so it was not searched: ${which}. Check who owns it.`;
  }
}
