import type { AuditRecord } from '../../../core/audit/auditEvent.ts';
import type { StoredAnchor } from '../model/anchorStore.ts';
import type { AuditLogCheck } from '../model/auditLogCheckResult.ts';
import type { ExplorerFilter, ExplorerQuery, ExplorerView, SeenCalls, SeenQuery } from './explorerMessages.ts';

/** What the extension and the worker that reads the trail say to each other. */

export type ToWorker =
  | { readonly do: 'query'; readonly id: number; readonly query: ExplorerQuery }
  | { readonly do: 'export'; readonly id: number; readonly filter: ExplorerFilter; readonly from: number }
  | { readonly do: 'calls'; readonly id: number; readonly query: SeenQuery }
  | { readonly do: 'check'; readonly id: number; readonly anchors: readonly StoredAnchor[] };

export type FromWorker =
  | { readonly id: number; readonly view: ExplorerView }
  /** Records from `from` on, oldest first; `next` is absent with the last ones. */
  | { readonly id: number; readonly records: readonly AuditRecord[]; readonly next?: number }
  | { readonly id: number; readonly seen: SeenCalls }
  | { readonly id: number; readonly check: AuditLogCheck }
  | { readonly id: number; readonly error: string };
