import { humanLine } from '../../../core/audit/humanLine.ts';
import type { ActivityLog } from './activity.ts';
import type { WindowHistory } from './windowHistory.ts';

/** As many as the view keeps calls. */
const MAX_LINES = 200;

/** Fills the *Activity* view and the audit channel with what this window's earlier gateways recorded. */
export async function recallHistory(
  history: Pick<WindowHistory, 'recall'>,
  activity: ActivityLog,
  channel: { append(text: string): void },
): Promise<void> {
  const records = await history.recall();
  if (records.length === 0) return;
  activity.recall(records);
  // As the gateway tells them: an intent has no line of its own.
  const lines = records.filter(({ kind }) => kind !== 'intent').map(humanLine);
  channel.append(
    lines
      .slice(-MAX_LINES)
      .map((line) => `${line}\n`)
      .join(''),
  );
}
