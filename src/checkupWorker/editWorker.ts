import { RemovalNotPossibleError } from '../core/checkup/edit/changedText.ts';
import { fixedText } from '../core/checkup/edit/fixedText.ts';
import { placesOfSecrets } from '../core/checkup/edit/placesOfSecrets.ts';
import { withoutSecrets } from '../core/checkup/edit/secretRemoval.ts';
import { shownChange } from '../core/checkup/edit/shownChange.ts';
import { readConfig } from '../core/checkup/read/readConfig.ts';
import { serveJobs } from '../policyWorker/serveJobs.ts';
import { CHECKUP_ROLE, type CheckupJobs } from './checkupJobs.ts';
import { checkJobs } from './checkupWorker.ts';

// Apart from checkupWorker.ts, so that the command line, which changes no file, has no part of it.

/** What whoever changes files asks as well. */
export const checkupJobs: CheckupJobs = {
  ...checkJobs,
  places: (file, starts, launch) => placesOfSecrets(readConfig(file), starts, launch),
  edit: (file, edit, hidden) => {
    try {
      const after =
        edit.kind === 'fix'
          ? fixedText(file, edit.finding, edit.fix, edit.newText)
          : withoutSecrets(file, edit.removals);
      return { after, shown: shownChange(file, readConfig(file), after, hidden) };
    } catch (error) {
      if (error instanceof RemovalNotPossibleError) return { why: error.reason };
      throw error;
    }
  },
};

/** As `serveCheckupJobs`, for a thread that changes files, too. */
export function serveEditJobs(): boolean {
  return serveJobs(CHECKUP_ROLE, checkupJobs);
}
