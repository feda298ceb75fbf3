import type { CancellationToken } from 'vscode';
import type { AuditTrail } from '../model/auditTrail.ts';
import type { TrailCheck } from '../model/trailCheckResult.ts';
import { TrailReader } from './trailReader.ts';

export interface CheckedTrail {
  readonly audit: AuditTrail;
  /** Absolute path of the bundle that reads the trail beside the event loop. */
  readonly trailWorker: string;
}

/** Checks the audit trail beside the event loop, the newest records included. Undefined when the person stopped it. */
export async function checkBeside(
  { audit: { anchors, anchorer, directory }, trailWorker }: CheckedTrail,
  token: CancellationToken,
): Promise<TrailCheck | undefined> {
  await anchorer.anchor();
  const reader = new TrailReader(trailWorker, directory);
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
