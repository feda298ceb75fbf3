import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { OWN_AGENT } from '../../core/audit/agentName.ts';
import type { AuditEvent } from '../../core/audit/auditEvent.ts';
import { humanLine } from '../../core/audit/humanLine.ts';
import type { Redactor } from '../../core/redact/redactor.ts';
import type { CanonicalRequest } from '../../core/request/parts/requestModel.ts';
import type { GatewayEvents } from '../control/controlPort.ts';
import { freshId } from '../util/freshId.ts';
import { AuditLog } from './auditLog.ts';
import { type PastRequest, recentRequests } from './recentRequests.ts';
import { pruneOldRuns } from './retention.ts';

/** Writes what happens: the audit log, its human lines, and the product's own log. None of it ever holds a credential. */
export class Recorder {
  readonly #log: AuditLog;
  readonly #events: GatewayEvents;
  readonly #directory: string;
  readonly #requestHashKey: KeyObject;
  /** A megabyte takes ten milliseconds, and is asked for several times. */
  readonly #hashes = new WeakMap<CanonicalRequest, { readonly origin: string; readonly hash: string }>();
  /** By the arguments of a call. `before` is what stands before them. */
  readonly #toolHashes = new WeakMap<object, { readonly before: string; readonly hash: string }>();
  readonly #now: () => number;
  readonly #redactor: () => Redactor;

  constructor(options: {
    gatewayId: string;
    directory: string;
    /** Hex; makes `requestHash` comparable between runs and useless to anybody else. */
    requestHashKey: string;
    events: GatewayEvents;
    now: () => number;
    redactor: () => Redactor;
  }) {
    this.#events = options.events;
    this.#directory = options.directory;
    this.#requestHashKey = createSecretKey(options.requestHashKey, 'hex');
    this.#now = options.now;
    this.#redactor = options.redactor;
    this.#log = new AuditLog({
      directory: options.directory,
      gatewayId: options.gatewayId,
      now: options.now,
      onSyncError: (error) => this.log('error', `The audit log could not be synced: ${error.message}`),
    });
  }

  /** Records one event. Throws `AuditWriteError`: then whatever it was about must not happen. */
  record(given: AuditEvent): void {
    const event = this.#clean(given);
    const record = this.#log.record(event);
    // An intent is for the file; people read of a call once, when it is known how it ended.
    if (event.kind !== 'intent') this.#events.onAudit({ ...event, time: record.time }, humanLine(record));
  }

  /**
   * Records an intent, together with those of other calls. Rejects with `AuditWriteError`: then nothing may be sent, nor
   * before this resolves.
   */
  recordIntent(given: Omit<AuditEvent, 'kind'>): Promise<void> {
    return this.#log.recordSoon(this.#clean({ ...given, kind: 'intent' }));
  }

  /** For what has happened already: a record that cannot be written is named in the log. */
  recordOrLog(event: AuditEvent): void {
    try {
      this.record(event);
    } catch (error) {
      this.log('error', `${String(error)}; lost: ${event.kind} of ${event.id}`);
    }
  }

  /** Writes to the product's own log, redacted: an error's text may quote what an API or an agent sent. */
  log(level: 'info' | 'warn' | 'error', message: string): void {
    this.#events.onLog(level, this.redact(message));
  }

  redact(text: string): string {
    return this.#redactor().text(text).text;
  }

  requestHash(request: CanonicalRequest, origin: string): string {
    const known = this.#hashes.get(request);
    if (known?.origin === origin) return known.hash;
    const { method, target, headers, body } = request;
    // The body's text is the last, as it is: written as JSON, a megabyte of quotation marks took as long as all the rest.
    const before = JSON.stringify([method, origin, target, headers, body ? { ...body, text: body.text.length } : null]);
    const hash = createHmac('sha256', this.#requestHashKey)
      .update(`${before}\n`)
      .update(body?.text ?? '')
      .digest('hex');
    this.#hashes.set(request, { origin, hash });
    return hash;
  }

  /** The same for a call to an upstream server: what it is for the credentials, the tool, and its arguments. */
  toolCallHash(destination: string, tool: string, args: Readonly<Record<string, unknown>>): string {
    const before = JSON.stringify([destination, tool]);
    const known = this.#toolHashes.get(args);
    if (known?.before === before) return known.hash;
    const canonical = JSON.stringify(['tools/call', destination, tool, args]);
    const hash = createHmac('sha256', this.#requestHashKey).update(canonical).digest('hex');
    this.#toolHashes.set(args, { before, hash });
    return hash;
  }

  /** Where the chain stands, once it is on disk up to there. Rejects when it cannot be synced. */
  syncedHead(): Promise<{ readonly seq: number; readonly hash: string }> {
    return this.#log.syncedHead();
  }

  /** Each service's requests of the last day, by any run. What cannot be read is named in the log. */
  async recentRequests(): Promise<ReadonlyMap<string, readonly PastRequest[]>> {
    try {
      return await recentRequests(this.#directory, this.#now());
    } catch (error) {
      this.log('warn', `Earlier calls could not be counted against the limits: ${String(error)}`);
      return new Map();
    }
  }

  /** Removes audit files that are older than the audit log is kept. */
  async prune(): Promise<void> {
    try {
      await pruneOldRuns(this.#directory, this.#now(), (removed) =>
        this.record({ id: freshId(), kind: 'pruned', agent: { name: OWN_AGENT }, removed }),
      );
    } catch (error) {
      this.log('warn', `Old audit files could not be removed: ${String(error)}`);
    }
  }

  close(): void {
    this.#log.close();
  }

  /** Here once for every field, whoever filled it in: much of it is in an agent's words. */
  #clean(event: AuditEvent): AuditEvent {
    return this.#redactor().json(withoutExcess(event)).value as AuditEvent;
  }
}

/** Twice what a record keeps of an agent's own texts: the rest of them is not worth looking through. */
const MAX_READ = { path: 4096, reason: 1000 };

function withoutExcess(event: AuditEvent): AuditEvent {
  const { path, reason } = event;
  return {
    ...event,
    ...(path === undefined ? {} : { path: path.slice(0, MAX_READ.path) }),
    ...(reason === undefined ? {} : { reason: reason.slice(0, MAX_READ.reason) }),
  };
}
