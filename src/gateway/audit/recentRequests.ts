import fs from 'node:fs';
import path from 'node:path';
import { parseRecord } from '../../core/audit/verify.ts';
import { auditRuns, NotAPartError, partLines } from './auditFiles.ts';

/** A request that went out: when (milliseconds since the epoch), and by which agent's short name. */
export interface PastRequest {
  readonly at: number;
  readonly agent: string;
}

/** The longest period that a limit can have: a day, in milliseconds. */
export const MAX_PERIOD_MS = 24 * 60 * 60 * 1000;
/** A limit with a higher count than this is forgotten in part. */
export const MAX_PAST_REQUESTS = 100_000;

const INTENT = '"kind":"intent"';

/**
 * The requests of the last day, by service, oldest first. Limits are counted on from here, so that closing and opening a
 * window gives nobody a fresh allowance.
 */
export async function recentRequests(
  directory: string,
  now: number,
): Promise<ReadonlyMap<string, readonly PastRequest[]>> {
  const since = now - MAX_PERIOD_MS;
  const found = new Map<string, PastRequest[]>();
  if (!fs.existsSync(directory)) return found;
  // Whole runs by the time in their records, never by that of a file, which anybody can set.
  const parts = auditRuns(directory).flatMap((run) => run.parts.map((name) => path.join(directory, name)));
  for (const file of parts) {
    try {
      for await (const line of partLines(file)) {
        // Most lines are something else; only a real one is worth parsing.
        if (line.includes(INTENT)) count(found, line, since, now);
      }
    } catch (error) {
      // Something else in a part's place is a finding of `verify`; the other parts still count.
      if (!(error instanceof NotAPartError)) throw error;
    }
  }
  // No more than are remembered later, too: a gateway must start within seconds.
  for (const [service, past] of found) {
    found.set(service, past.sort((a, b) => a.at - b.at).slice(-MAX_PAST_REQUESTS));
  }
  return found;
}

function count(found: Map<string, PastRequest[]>, line: string, since: number, now: number): void {
  const record = parseRecord(line);
  // What the gateway itself asked of a token endpoint is nobody's call.
  if (record?.kind !== 'intent' || record.service === undefined || record.verdict === 'renew') return;
  // A read that was sent once more is one call.
  if (record.retryOf !== undefined) return;
  const time = Date.parse(record.time);
  // A time to come (the clock was set back since) would block a service for longer than its limit says.
  if (!(time >= since && time <= now)) return;
  const request = { at: time, agent: record.agent.name };
  const past = found.get(record.service);
  if (past) past.push(request);
  else found.set(record.service, [request]);
}
