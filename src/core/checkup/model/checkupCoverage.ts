import { type Phrase, phrase } from '../../text/phrase.ts';
import type { ReadConfig } from './checkupModel.ts';

/** Why nothing was looked for in a folder: it lies too deep, there were too many before it, or it may not be listed. */
export type UnsearchedReason = 'too-deep' | 'too-many' | 'no-permission';

/** Folders that were not searched for one reason, named by the first of them. */
export interface Unsearched {
  readonly path: string;
  readonly why: UnsearchedReason;
  /** How many there are, with the first; what lies below them is not known. */
  readonly folders: number;
}

/** A configuration file that is there. */
export interface CoveredFile {
  readonly path: string;
  readonly servers: number;
  /** False for one whose text could not be had or not be understood. */
  readonly read: boolean;
}

/** What a run read, and what it did not: a run that read nothing must not look like one that found nothing. */
export interface Coverage {
  readonly files: readonly CoveredFile[];
  readonly unsearched: readonly Unsearched[];
  /** Files that are there and that the run did not come to before it had to end, in their order. */
  readonly unreached: readonly string[];
}

export function coveredFile({ file, servers, unread }: ReadConfig): CoveredFile {
  return { path: file.path, servers: servers.length, read: unread !== true };
}

export function serversOf({ files }: Coverage): number {
  return files.reduce((sum, { servers }) => sum + servers, 0);
}

/** Such as `34 files, 61 servers, 2 could not be read, 9 files were not reached, 3 folders were not searched`. */
export function coverageText(coverage: Coverage): Phrase {
  const read = coverage.files.filter((file) => file.read).length;
  const servers = serversOf(coverage);
  const unread = coverage.files.length - read;
  const unreached = coverage.unreached.length;
  const folders = coverage.unsearched.reduce((sum, one) => sum + one.folders, 0);
  const parts = [
    read === 1 ? phrase`1 file` : phrase`${read} files`,
    servers === 1 ? phrase`1 server` : phrase`${servers} servers`,
    ...(unread === 0 ? [] : [phrase`${unread} could not be read`]),
    ...(unreached === 0
      ? []
      : [unreached === 1 ? phrase`1 file was not reached` : phrase`${unreached} files were not reached`]),
    ...(folders === 0
      ? []
      : [folders === 1 ? phrase`1 folder was not searched` : phrase`${folders} folders were not searched`]),
  ];
  return phrase`${parts}`;
}
