import { agentName, USER_AGENT } from '../../../core/audit/agentName.ts';
import type { AuditAgent } from '../../../core/audit/auditEvent.ts';
import type { AgentInfo } from '../../../protocol/messages.ts';
import { freshId } from '../../util/freshId.ts';
import type { RefusalError, Sent } from './refusals.ts';

/** Who calls: the agent by its own word, and whether it meets this window's policies or the user's alone. */
export interface Caller {
  readonly agent: AgentInfo;
  readonly scope: 'window' | 'user';
  /** Which proxy connection it calls through; the one thing about it that it cannot choose. */
  readonly connection: string;
}

/** The user in VS Code, who meets this window's policies as its agents do, and whose word a question would ask for. */
export const USER: Caller = { agent: { name: USER_AGENT }, scope: 'window', connection: 'person' };

/** Why a call under way is cut off. The wording waits until it is known whether the request was sent. */
export class Interrupted {
  readonly refuse: (sent: Sent) => RefusalError;

  constructor(refuse: (sent: Sent) => RefusalError) {
    this.refuse = refuse;
  }
}

/** One call on its way: who makes it, what for, since when, and whether something ends it. What it comes to is not kept here. */
export class CallContext {
  readonly id = freshId();
  /** What policies call the service or server that it is for; the agent's own word while none names it. */
  readonly name: string;
  readonly caller: Caller;
  /** The agent, as it stands in records. */
  readonly agent: AuditAgent;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly #controller = new AbortController();
  #deadline: NodeJS.Timeout | undefined;
  #waitedMs = 0;

  constructor(name: string, caller: Caller, startedAt: number) {
    this.name = name;
    this.caller = caller;
    this.agent = auditAgent(caller.agent);
    this.startedAt = startedAt;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the call as soon as it can be ended. The first reason stays. */
  interrupt(refuse: (sent: Sent) => RefusalError): void {
    this.#controller.abort(new Interrupted(refuse));
  }

  /** Interrupts the call in `ms` unless it is over by then. */
  interruptAfter(ms: number, refuse: (sent: Sent) => RefusalError): void {
    this.#deadline = setTimeout(() => this.interrupt(refuse), ms);
  }

  /** So long it waited for the user. */
  waited(ms: number): void {
    this.#waitedMs += ms;
  }

  /** How long the call has taken by `now`, without what the user took: an API is not slow because somebody had lunch. */
  durationMs(now: number): number {
    return Math.max(0, now - this.startedAt - this.#waitedMs);
  }

  /** The call is over: nothing interrupts it any more. */
  end(): void {
    clearTimeout(this.#deadline);
  }

  /** Throws the {@link Interrupted} if there is one. */
  throwIfInterrupted(): void {
    this.signal.throwIfAborted();
  }
}

/** The agent's short name for reading and for queries, and its own word for it. */
export function auditAgent({ name, version }: AgentInfo): AuditAgent {
  return {
    name: agentName(name),
    ...(name === '' ? {} : { raw: name }),
    ...(version === undefined ? {} : { version }),
  };
}

/** The path of an address that an agent gave: without its query, as values are not recorded. */
export function pathAlone(path: string): string {
  return path.split(/[?#]/, 1)[0] ?? '';
}
