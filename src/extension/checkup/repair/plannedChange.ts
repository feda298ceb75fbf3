import { l10n } from 'vscode';
import type { BoundedCheckup } from '../../../checkupWorker/boundedCheckup.ts';
import type { FileEdit } from '../../../checkupWorker/checkupJobs.ts';
import type { ShownChange } from '../../../core/checkup/edit/shownChange.ts';
import { DeadlineError } from '../../../policyWorker/boundedWorker.ts';
import { localized } from '../../util/localized.ts';
import type { FoundFile } from '../scan/checkup.ts';
import type { ShownFinding } from '../scan/report.ts';
import { type FileChange, FileNotChangedError } from './changeFiles.ts';
import { hiddenSecretsOf } from './secretPlaces.ts';

/** Reads and changes configuration texts off this thread, which several megabytes would hold up. */
export type ConfigThread = Pick<BoundedCheckup, 'places' | 'edit'>;

/** A change of a file, and how the user sees it before it is made. */
export interface PlannedChange extends FileChange {
  readonly shown: ShownChange;
}

/** What a file becomes. Throws {@link FileNotChangedError}. */
export async function plannedChange(
  thread: ConfigThread,
  { file, uri, label }: FoundFile,
  edit: FileEdit,
  findings: readonly ShownFinding[],
): Promise<PlannedChange> {
  const edited = await inTime(thread.edit(file, edit, hiddenSecretsOf(uri, findings)), label);
  if ('why' in edited) throw new FileNotChangedError(localized(edited.why));
  return { uri, label, before: file.text, ...edited };
}

/** What the thread gives. Throws {@link FileNotChangedError} for a file that takes too long. */
export async function inTime<T>(work: Promise<T>, label: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    throw new FileNotChangedError(
      l10n.t('{0} takes too long to read, so nothing was changed. Change it by hand.', label),
    );
  }
}
