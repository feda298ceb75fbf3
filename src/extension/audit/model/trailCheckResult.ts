import type { AuditRun } from '../../../core/audit/partName.ts';
import type { AuditVerification } from '../../../core/audit/verification.ts';
import type { KeptAnchor } from './anchorStore.ts';

/** What the check of one gateway run gave. */
export interface RunCheck {
  readonly run: AuditRun;
  readonly verification: AuditVerification;
}

export interface TrailCheck {
  /** Oldest first. */
  readonly runs: readonly RunCheck[];
  /** Runs that were anchored and whose files are gone, though no retention record says so. */
  readonly gone: readonly KeptAnchor[];
  readonly ok: boolean;
}
