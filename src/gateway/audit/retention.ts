import fs from 'node:fs';
import path from 'node:path';
import type { AuditRecord, RemovedRecords } from '../../core/audit/auditEvent.ts';
import type { AuditRun } from '../../core/audit/partName.ts';
import { auditRuns, partLines, verifyRun } from './auditFiles.ts';

/** How long audit files are kept, in milliseconds: 90 days. */
export const KEEP_MS = 90 * 24 * 60 * 60 * 1000;

/**
 * Removes the runs whose last record was written more than {@link KEEP_MS} ago. Before a run's files go, `record` writes
 * into the present run which records those were, so that the gap explains itself. The age is the record's own, which the
 * chain seals, and not the file's, which anybody can set; and a run that does not verify is kept: it may be what somebody
 * needs to see.
 */
export async function pruneOldRuns(
  directory: string,
  now: number,
  record: (removed: RemovedRecords) => void,
): Promise<void> {
  if (!fs.existsSync(directory)) return;
  for (const run of auditRuns(directory)) {
    const last = await lastRecord(directory, run);
    if (last === undefined || now - Date.parse(last.time) <= KEEP_MS) continue;
    if (!(await verifyRun(directory, run)).ok) continue;
    record({ gatewayId: last.gatewayId, seq: last.seq, hash: last.hash });
    for (const name of run.parts) fs.rmSync(path.join(directory, name));
  }
}

async function lastRecord(directory: string, run: AuditRun): Promise<AuditRecord | undefined> {
  const name = run.parts.at(-1);
  if (name === undefined) return undefined;
  let last = '';
  try {
    for await (const line of partLines(path.join(directory, name))) last = line === '' ? last : line;
    return JSON.parse(last) as AuditRecord;
  } catch {
    return undefined;
  }
}
