import type { CheckedConfig } from '../core/checkup/checkedConfig.ts';
import type { ConfigFile } from '../core/checkup/model/checkupModel.ts';
import type { Unreadable } from '../core/checkup/read/unreadable.ts';

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

/** What a thread for configuration files can be asked; arguments and results are plain data. */
export interface CheckupJobs {
  /**
   * Reads one file and does the checks of it.
   *
   * @param keys in hex, of the digests by which equal secrets are told, and findings in later runs
   * @param now milliseconds since the epoch
   */
  readonly check: (found: FileToCheck, keys: CheckupKeys, now: number) => CheckedConfig;
}

/** How a bundle knows that it was started as such a thread. */
export const CHECKUP_ROLE = 'valet-key-checkup';
