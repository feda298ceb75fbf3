import type { CancellationToken } from 'vscode';
import type { AuditLogCheck } from '../model/auditLogCheckResult.ts';
import type { AuditLogParts } from '../model/auditLogParts.ts';
import { AuditReader } from './auditReader.ts';

export interface CheckedAuditLog {
  readonly audit: AuditLogParts;
  /** Absolute path of the bundle that reads the trail beside the event loop. */
  readonly auditWorker: string;
}

/** Checks the audit trail beside the event loop, the newest records included. Undefined when the user stopped it. */
export async function checkBeside(
  { audit: { anchors, anchorer, directory }, auditWorker }: CheckedAuditLog,
  token: CancellationToken,
): Promise<AuditLogCheck | undefined> {
  await anchorer.anchor();
  const reader = new AuditReader(auditWorker, directory);
  const stopping = token.onCancellationRequested(() => reader.dispose());
  try {
    return await reader.check(await anchors.all());
  } catch (error) {
    if (token.isCancellationRequested) return undefined;
    throw error;
  } finally {
    stopping.dispose();
    reader.dispose();
  }
}
