import type { CancellationToken } from 'vscode';
import type { App } from '../../app/app.ts';
import type { TrailCheck } from '../model/trailCheckResult.ts';
import { TrailReader } from './trailReader.ts';

/** Checks the audit trail beside the event loop, the newest records included. Undefined when the person stopped it. */
export async function checkBeside(app: App, token: CancellationToken): Promise<TrailCheck | undefined> {
  const { anchors, anchorer, directory } = app.audit;
  await anchorer.anchor();
  const reader = new TrailReader(app.trailWorker, directory);
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
