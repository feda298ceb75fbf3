import { RemovalNotPossibleError } from '../../../core/checkup/edit/changedText.ts';
import { localized } from '../../util/localized.ts';
import { FileNotChangedError } from './changeFiles.ts';

/** Why files are as they were, for the user who wanted them changed; undefined for what nobody expected. */
export function whyNotChanged(error: unknown): string | undefined {
  if (error instanceof RemovalNotPossibleError) return localized(error.reason);
  return error instanceof FileNotChangedError ? error.message : undefined;
}
