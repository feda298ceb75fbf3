import fs from 'node:fs';
import path from 'node:path';
import type { AuditRecord, RemovedRecords } from '../../core/audit/model.ts';
import type { AuditRun } from '../../core/audit/partName.ts';
import { auditRuns, partLines } from './trail.ts';

/** How long audit files are kept, in milliseconds: 90 days. */
export const KEEP_MS = 90 * 24 * 60 * 60 * 1000;

/**
 * Removes the runs that ended more than {@link KEEP_MS} ago. Before a run's files go, `record` writes into the present
 * run which records those were, so that the gap explains itself. A run that cannot be read in full is kept: it may be
 * what somebody needs to see.
 */
export async function pruneOldRuns(
  directory: string,
  now: number,
  record: (removed: RemovedRecords) => void,
): Promise<void> {
  if (!fs.existsSync(directory)) return;
  for (const run of auditRuns(directory)) {
    if (!isOld(directory, run, now)) continue;
    const last = await lastRecord(directory, run);
    if (last === undefined) continue;
    record({ gatewayId: last.gatewayId, seq: last.seq, hash: last.hash });
    for (const name of run.parts) fs.rmSync(path.join(directory, name));
  }
}

function isOld(directory: string, run: AuditRun, now: number): boolean {
  return run.parts.every((name) => now - fs.lstatSync(path.join(directory, name)).mtimeMs > KEEP_MS);
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
