import type { AuditEvent } from '../../../core/audit/auditEvent.ts';
import { HELD_BACK } from '../../../core/audit/heldBack.ts';
import { Emitter } from '../../util/emitter.ts';

/** One call as the views show it: the intent and its outcome are one. */
export interface Activity {
  readonly id: string;
  readonly agent: string;
  readonly service: string;
  readonly method: string;
  readonly path: string;
  /** What else it was, where it was no call: a tool of ours, or calls that were counted together. */
  readonly subject?: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly result:
    | { readonly kind: 'under-way' }
    /** The gateway that sent it ended before it could record how the call ended. */
    | { readonly kind: 'unknown' }
    | { readonly kind: 'answered'; readonly status: number; readonly durationMs: number }
    /** A tool of an upstream MCP server answered: well, or that it failed. */
    | { readonly kind: 'ran'; readonly result: 'ok' | 'error'; readonly durationMs: number }
    /** It was allowed and sent, and no answer came back. */
    | { readonly kind: 'failed'; readonly code: string }
    | Blocked
    /** The user was asked and had not answered when the agent was told to come again. */
    | { readonly kind: 'waited' };
}

interface Blocked {
  readonly kind: 'blocked';
  readonly code: string;
  /** The one that denied it. */
  readonly rule?: string;
  /** Whose credential stood in it. */
  readonly inIt?: string;
  /** Held back because a credential stood in an earlier call. */
  readonly heldBack?: true;
}

/** Blocked for want of a rule: adding one lets it pass. What a deny rule blocked, no rule that is added lets pass. */
export function wantsRule({ result }: Activity): boolean {
  return result.kind === 'blocked' && result.code === 'policy_denied' && result.rule === undefined;
}

const MAX_CALLS = 200;

type TimedEvent = AuditEvent & { readonly time: string };

/** The last calls of this window, newest first. */
export class ActivityLog {
  #calls: readonly Activity[] = [];
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;

  get calls(): readonly Activity[] {
    return this.#calls;
  }

  lastOf(service: string): Activity | undefined {
    return this.#calls.find((call) => call.service === service);
  }

  add(event: TimedEvent): void {
    if (this.#note(event)) this.#changed.fire();
  }

  /** What earlier gateways of this window recorded, oldest first; to be called before anything is added. */
  recall(events: readonly TimedEvent[]): void {
    for (const event of events) this.#note(event);
    this.#calls = this.#calls.map((call) =>
      call.result.kind === 'under-way' ? { ...call, result: { kind: 'unknown' } } : call,
    );
    this.#changed.fire();
  }

  /** False for what is no call. */
  #note(event: TimedEvent): boolean {
    const result = resultOf(event);
    if (!result) return false;
    const before = this.#calls.find(({ id }) => id === event.id);
    const call: Activity = {
      id: event.id,
      agent: event.agent.name,
      service: event.service ?? before?.service ?? '',
      method: event.method ?? before?.method ?? '',
      path: event.path ?? before?.path ?? '',
      ...(event.subject === undefined ? {} : { subject: event.subject }),
      time: before?.time ?? event.time,
      result,
    };
    this.#calls = before
      ? this.#calls.map((other) => (other === before ? call : other))
      : [call, ...this.#calls].slice(0, MAX_CALLS);
    return true;
  }
}

function resultOf(event: AuditEvent): Activity['result'] | undefined {
  switch (event.kind) {
    case 'intent':
      return { kind: 'under-way' };
    case 'outcome':
      if (event.result !== undefined) return { kind: 'ran', result: event.result, durationMs: event.durationMs ?? 0 };
      return event.status === undefined
        ? { kind: 'failed', code: event.code ?? 'internal' }
        : { kind: 'answered', status: event.status, durationMs: event.durationMs ?? 0 };
    case 'denied':
      if (event.code === 'approval_pending') return { kind: 'waited' };
      return {
        kind: 'blocked',
        code: event.code ?? 'policy_denied',
        ...(event.rule === undefined ? {} : { rule: event.rule }),
        ...(event.credential === undefined ? {} : { inIt: event.credential.name }),
        ...(event.subject?.endsWith(HELD_BACK) ? { heldBack: true } : {}),
      };
    case 'control':
    case 'pruned':
      return undefined;
  }
}
