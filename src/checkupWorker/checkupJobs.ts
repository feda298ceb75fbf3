import type { CheckedConfig } from '../core/checkup/checkedConfig.ts';
import type { PlacesOfSecrets } from '../core/checkup/edit/placesOfSecrets.ts';
import type { SecretRemoval } from '../core/checkup/edit/secretRemoval.ts';
import type { HiddenSecret, ShownChange } from '../core/checkup/edit/shownChange.ts';
import type { ConfigFile, Finding, Fix } from '../core/checkup/model/checkupModel.ts';
import type { Unreadable } from '../core/checkup/read/unreadable.ts';
import type { Phrase } from '../core/text/phrase.ts';

/** A configuration file, or one that is there and has no text for us. */
export type FileToCheck =
  | { readonly file: ConfigFile }
  | { readonly file: Omit<ConfigFile, 'text'>; readonly why: Unreadable };

/** A key of digests that are shown: they have nothing of a secret in them. */
export const PUBLIC_DIGESTS = '';

export interface CheckupKeys {
  readonly fingerprint: string;
  /** Lasts from run to run; absent where no finding is dismissed. */
  readonly digest?: string;
}

/** What is to become different in a file. */
export type FileEdit =
  | { readonly kind: 'removals'; readonly removals: readonly SecretRemoval[] }
  | {
      readonly kind: 'fix';
      readonly finding: Pick<Finding, 'span'>;
      readonly fix: Pick<Fix, 'span'>;
      readonly newText: string;
    };

/** What a file becomes, and how that is shown; or why it cannot be changed so. */
export type EditedFile = { readonly after: string; readonly shown: ShownChange } | { readonly why: Phrase };

/** What a thread for configuration files can be asked; arguments and results are plain data. */
export interface CheckupJobs {
  /**
   * Reads one file and does the checks of it.
   *
   * @param keys in hex, of the digests by which equal secrets are told, and findings in later runs
   * @param now milliseconds since the epoch
   */
  readonly check: (found: FileToCheck, keys: CheckupKeys, now: number) => CheckedConfig;
  /**
   * What stands around the texts that begin at these offsets.
   *
   * @param launch the command with its arguments by which a server leads to Valet Key
   */
  readonly places: (file: ConfigFile, starts: readonly number[], launch: readonly string[]) => PlacesOfSecrets;
  /**
   * Makes a change in a file's text.
   *
   * @param hidden the file's secrets, which the user who looks at the change does not see
   */
  readonly edit: (file: ConfigFile, edit: FileEdit, hidden: readonly HiddenSecret[]) => EditedFile;
}

/** How a bundle knows that it was started as such a thread. */
export const CHECKUP_ROLE = 'valet-key-checkup';
