import type { SeenBodyType } from '../policy/decide/bodyType.ts';

/** What happened to one call, as the machine record keeps it. See docs/audit.md. */
export type AuditKind = 'intent' | 'outcome' | 'denied' | 'control' | 'pruned';

export interface AuditAgent {
  /** The short name, see agentName.ts. */
  readonly name: string;
  /** What the client called itself. */
  readonly raw?: string;
  readonly version?: string;
  readonly conversation?: string;
}

/** What retention removed: everything of that run up to and including one record. */
export interface RemovedRecords {
  readonly gatewayId: string;
  readonly seq: number;
  /** The hash of that record: the `prev` of the first one that is left. */
  readonly hash: string;
}

/** The fields that a caller fills in; sequence, time, chain and gateway id are the log's. */
export interface AuditEvent {
  /** Same for an intent and its outcome. */
  readonly id: string;
  /** The id of the records of the first time, where a read is sent once more. */
  readonly retryOf?: string;
  readonly kind: AuditKind;
  readonly agent: AuditAgent;
  readonly service?: string;
  /** What else the user's act was about, such as the policy file that was approved. */
  readonly subject?: string;
  readonly environment?: string;
  readonly method?: string;
  readonly path?: string;
  /** Of a call with a body, so that rules can be proposed that name it. */
  readonly bodyType?: SeenBodyType;
  readonly verdict?: string;
  readonly code?: string;
  readonly rule?: string;
  readonly status?: number;
  /** Of a call to an upstream MCP server: `ok`, or `error` where the tool itself says that it failed. */
  readonly result?: 'ok' | 'error';
  readonly durationMs?: number;
  readonly bytes?: number;
  readonly reason?: string;
  readonly requestHash?: string;
  readonly credential?: { readonly name: string; readonly last4: string };
  /** In `pruned` records only. */
  readonly removed?: RemovedRecords;
}

/** One line of an audit file. */
export interface AuditRecord extends AuditEvent {
  readonly gatewayId: string;
  readonly seq: number;
  /** ISO 8601, UTC, milliseconds. */
  readonly time: string;
  /** Hex SHA-256 of the record before, 64 zeros for the first of a run. */
  readonly prev: string;
  /** Hex SHA-256 over the record's text without `hash`: see `record.ts`. */
  readonly hash: string;
}
