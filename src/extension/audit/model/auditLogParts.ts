import type { Anchorer } from './anchorer.ts';
import type { AnchorStore } from './anchorStore.ts';

/** The files of the audit trail, and what vouches for them. */
export interface AuditLogParts {
  /** Absolute path of the folder with the runs of all windows. */
  readonly directory: string;
  readonly anchors: AnchorStore;
  readonly anchorer: Anchorer;
}
