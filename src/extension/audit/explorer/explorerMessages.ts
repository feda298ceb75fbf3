import type { AuditRecord } from '../../../core/audit/auditEvent.ts';
import type { SeenBodyType } from '../../../core/policy/decide/bodyType.ts';

/** What the explorer's three parts say to each other: the page, the extension, and the worker that reads the trail. */

/** How a call ended, or that a record is no call. The numbers are those of {@link RESULTS}. */
export const RESULTS = ['answered', 'failed', 'blocked', 'person', 'started'] as const;
export type ResultName = (typeof RESULTS)[number];
/** The results that are calls which came to an end: what is drawn and counted. */
export const CALL_RESULTS = ['answered', 'failed', 'blocked'] as const;

/** Which records to show. Absent parts match everything. */
export interface ExplorerFilter {
  /** Milliseconds since the epoch; from there up to now. Absent: everything that is kept. */
  readonly since?: number;
  readonly service?: string;
  /** Short agent name. */
  readonly agent?: string;
  /** Absent: calls that came to an end. `all`: every record. */
  readonly result?: ResultName | 'all';
  /** Part of a method and path, such as `POST /v1`. */
  readonly text?: string;
}

export interface ExplorerQuery {
  readonly filter: ExplorerFilter;
  /** From 0; the newest records are on the first one. */
  readonly page: number;
  /** Milliseconds since the epoch: the end of the time that is drawn. */
  readonly now: number;
}

export interface Tally {
  readonly name: string;
  /** By {@link CALL_RESULTS}. */
  readonly counts: readonly number[];
}

export interface ExplorerView {
  readonly total: number;
  readonly page: number;
  readonly pages: number;
  /** The records of the page, newest first. */
  readonly rows: readonly AuditRecord[];
  /** Calls over time: seconds since the epoch, and a list of counts for each of {@link CALL_RESULTS}. */
  readonly times: readonly number[];
  readonly series: readonly (readonly number[])[];
  /** Seconds that each point of `times` stands for. */
  readonly step: number;
  /** The most used first; the rest is gathered under an empty name. */
  readonly services: readonly Tally[];
  readonly agents: readonly Tally[];
  /** Every name that there is in the time, in order, to choose from. */
  readonly serviceNames: readonly string[];
  readonly agentNames: readonly string[];
  /** False while older records of the wanted time are still being read. */
  readonly complete: boolean;
}

/** Calls that have service, method and path in common. */
export interface SeenCall {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  /** The kinds of body that those which were let through had, where they had any. */
  readonly bodyTypes?: readonly SeenBodyType[];
  /** How many were let through, and how many were not. */
  readonly allowed: number;
  readonly blocked: number;
  /** The same in the last part of the time. */
  readonly recentlyAllowed: number;
  readonly recentlyBlocked: number;
}

export interface SeenCalls {
  /** The most recently made first. */
  readonly calls: readonly SeenCall[];
  /** False when there were more of them than fit. */
  readonly complete: boolean;
  /** When the oldest run of the trail began, in milliseconds since the epoch. Absent: there is none. */
  readonly oldest?: number;
}

/** Both in milliseconds since the epoch. */
export interface SeenQuery {
  readonly since: number;
  readonly recent: number;
  /** How many different calls at most. */
  readonly most: number;
}

export type FromPage =
  | { readonly do: 'ready' }
  | { readonly do: 'show'; readonly filter: ExplorerFilter; readonly page: number }
  | { readonly do: 'export'; readonly filter: ExplorerFilter }
  | { readonly do: 'verify' };

export type ToPage =
  | { readonly show: ExplorerView }
  | { readonly chain: { readonly text: string; readonly state: 'holds' | 'broken' | 'unchecked' | 'checking' } }
  | { readonly failed: string }
  /** New records came: ask again. */
  | { readonly grew: true };
