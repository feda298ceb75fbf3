import fs from 'node:fs';
import path from 'node:path';
import type { RemovedRecords } from '../../../core/audit/auditEvent.ts';
import type { AuditRun } from '../../../core/audit/partName.ts';
import { parseRecord } from '../../../core/audit/verify.ts';
import { auditRuns, NotAPartError, partLines, verifyRun } from '../../../gateway/audit/auditFiles.ts';
import type { StoredAnchor } from './anchorStore.ts';
import type { AuditLogCheck, RunCheck } from './auditLogCheckResult.ts';

/** Checks every run in the directory against its anchor. A missing directory is an empty trail. */
export async function checkAuditLog(directory: string, anchors: readonly StoredAnchor[]): Promise<AuditLogCheck> {
  const runs = fs.existsSync(directory) ? auditRuns(directory) : [];
  const checks: RunCheck[] = [];
  for (const run of runs) {
    const anchor = anchors.find(({ gatewayId }) => gatewayId === run.gatewayId);
    checks.push({ run, verification: await verifyRun(directory, run, anchor) });
  }
  const present = new Set(runs.map(({ gatewayId }) => gatewayId));
  const lost = anchors.filter(({ gatewayId }) => !present.has(gatewayId));
  const removed = lost.length === 0 ? [] : await prunedRuns(directory, runs);
  const gone = lost.filter(
    (anchor) => !removed.some(({ gatewayId, seq }) => gatewayId === anchor.gatewayId && seq >= anchor.seq),
  );
  return { runs: checks, gone, ok: gone.length === 0 && checks.every(({ verification }) => verification.ok) };
}

/** The gateway ids of the runs that are on disk. */
export function presentRuns(directory: string): ReadonlySet<string> {
  return new Set(fs.existsSync(directory) ? auditRuns(directory).map(({ gatewayId }) => gatewayId) : []);
}

/** What retention says it removed. */
async function prunedRuns(directory: string, runs: readonly AuditRun[]): Promise<readonly RemovedRecords[]> {
  const found: RemovedRecords[] = [];
  for (const name of runs.flatMap(({ parts }) => parts)) {
    try {
      for await (const line of partLines(path.join(directory, name))) {
        if (!line.includes('"kind":"pruned"')) continue;
        const record = parseRecord(line);
        if (record?.kind === 'pruned' && record.removed) found.push(record.removed);
      }
    } catch (error) {
      // The check of that run has named it already.
      if (!(error instanceof NotAPartError)) throw error;
    }
  }
  return found;
}
