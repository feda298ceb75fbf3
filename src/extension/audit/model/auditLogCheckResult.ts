import type { AuditRun } from '../../../core/audit/partName.ts';
import type { AuditVerification } from '../../../core/audit/verification.ts';
import type { StoredAnchor } from './anchorStore.ts';

/** What the check of one gateway run gave. */
export interface RunCheck {
  readonly run: AuditRun;
  readonly verification: AuditVerification;
}

export interface AuditLogCheck {
  /** Oldest first. */
  readonly runs: readonly RunCheck[];
  /** Runs that were anchored and whose files are gone, though no retention record says so. */
  readonly gone: readonly StoredAnchor[];
  readonly ok: boolean;
}
