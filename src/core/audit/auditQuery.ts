import type { AuditRecord } from './auditEvent.ts';

/** Which records to show; absent parts match everything. */
export interface AuditQuery {
  /** Milliseconds since the epoch; records at that time are included. */
  readonly since?: number;
  /** Exact service name. */
  readonly service?: string;
  /** Short agent name. */
  readonly agent?: string;
  /** A verdict (`allow`, `ask`, `deny` …), a kind (`denied`) or a code (`policy_denied`). */
  readonly verdict?: string;
}

export function matchesQuery(record: AuditRecord, query: AuditQuery): boolean {
  return (
    (query.since === undefined || Date.parse(record.time) >= query.since) &&
    (query.service === undefined || record.service === query.service) &&
    (query.agent === undefined || record.agent.name === query.agent) &&
    (query.verdict === undefined || [record.verdict, record.kind, record.code].includes(query.verdict))
  );
}

/** Orders the records of several gateway runs by time, and within one millisecond by run and sequence. */
export function compareRecords(a: AuditRecord, b: AuditRecord): number {
  const byRun = a.gatewayId < b.gatewayId ? -1 : a.gatewayId > b.gatewayId ? 1 : 0;
  return Date.parse(a.time) - Date.parse(b.time) || byRun || a.seq - b.seq;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * A point in time as the user writes it: a duration back from `now` (`30m`, `24h`, `7d`) or an ISO 8601 date or time.
 * Milliseconds since the epoch; undefined when it is neither.
 */
export function parseSince(text: string, now: number): number | undefined {
  const duration = /^(\d{1,6})([smhdw])$/.exec(text);
  if (duration !== null) {
    return now - Number(duration[1]) * (UNIT_MS[duration[2] ?? ''] ?? 0);
  }
  const time = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
