import { agentName } from '../../core/audit/agentName.ts';
import type { AuditAgent, AuditEvent } from '../../core/audit/auditEvent.ts';
import { bodyTypeOf } from '../../core/policy/decide/bodyType.ts';
import type { CanonicalRequest } from '../../core/request/parts/requestModel.ts';
import type { AgentInfo, Call } from '../../protocol/messages.ts';
import { freshId } from '../audit/recorder.ts';
import type { AskingRule } from '../policySet.ts';
import type { RefusalError, Sent } from './refusals.ts';

/** Who calls: the agent by its own word, and whether it meets this window's policies or the user's alone. */
export interface Caller {
  readonly agent: AgentInfo;
  readonly scope: 'window' | 'user';
  /** Which proxy connection it calls through; the one thing about it that it cannot choose. */
  readonly connection: string;
}

/** The person in VS Code, who meets this window's policies as its agents do, and whose word a question would ask for. */
export const PERSON: Caller = { agent: { name: 'person' }, scope: 'window', connection: 'person' };

/** Why a call under way is cut off. The wording waits until it is known whether the request was sent. */
export class Interruption {
  readonly refuse: (sent: Sent) => RefusalError;

  constructor(refuse: (sent: Sent) => RefusalError) {
    this.refuse = refuse;
  }
}

/** One call on its way through the pipeline. */
export class Flight {
  readonly id = freshId();
  readonly caller: Caller;
  readonly call: Call;
  readonly startedAt: number;
  readonly #controller = new AbortController();
  readonly #agent: AuditAgent;
  #deadline: NodeJS.Timeout | undefined;
  /** Whether the request may have reached the API by now. */
  sent: Sent = 'no';
  /** What stands in the audit trail: that policy allowed it or asks a person about it, or that a person verified. */
  verdict: 'allow' | 'ask' | 'verify';
  /** The rules whose question a person answered with yes. */
  approved: readonly AskingRule[] | undefined;
  /** Whether an intent stands in the audit trail, so that its outcome must follow. */
  intended = false;
  environment: string | undefined;
  /** Whether it is known if a credential stands in what the agent wrote. */
  lookedThrough = false;
  /** Whose value the request carries, once that is known; or whose stands in what the agent wrote, and then it is refused. */
  credential: AuditEvent['credential'] | undefined;
  request: CanonicalRequest | undefined;
  rule: string | undefined;

  constructor(call: Call, caller: Caller, startedAt: number, verdict: Flight['verdict'] = 'allow') {
    this.verdict = verdict;
    this.call = call;
    this.caller = caller;
    this.startedAt = startedAt;
    this.#agent = auditAgent(caller.agent);
  }

  /** The agent's short name, as rules for agents have it. It states its own. */
  get agentName(): string {
    return this.#agent.name;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the call as soon as it can be ended. The first reason stays. */
  interrupt(refuse: (sent: Sent) => RefusalError): void {
    this.#controller.abort(new Interruption(refuse));
  }

  /** Interrupts the call in `ms` unless it is over by then. */
  interruptAfter(ms: number, refuse: (sent: Sent) => RefusalError): void {
    this.#deadline = setTimeout(() => this.interrupt(refuse), ms);
  }

  /** The call is over: nothing interrupts it any more. */
  end(): void {
    clearTimeout(this.#deadline);
  }

  /** Throws the {@link Interruption} if there is one. */
  throwIfInterrupted(): void {
    this.signal.throwIfAborted();
  }

  /** What every record of this call says. */
  event(): Omit<AuditEvent, 'kind'> {
    const { call, request } = this;
    const bodyType = request && bodyTypeOf(request);
    return {
      id: this.id,
      agent: this.#agent,
      service: call.service,
      ...(this.environment ? { environment: this.environment } : {}),
      method: request?.method ?? call.method,
      path: request?.path ?? pathAlone(call.path),
      ...(bodyType === undefined ? {} : { bodyType }),
      ...(this.rule === undefined ? {} : { rule: this.rule }),
      ...(this.credential === undefined ? {} : { credential: this.credential }),
      ...(call.reason === undefined ? {} : { reason: call.reason }),
    };
  }
}

/** What was refused as a path is recorded as it was asked, without its query: values are not recorded. */
export function pathAlone(path: string): string {
  return path.split(/[?#]/, 1)[0] ?? '';
}

/** The agent's short name for reading and for queries, and its own word for it. */
export function auditAgent({ name, version }: AgentInfo): AuditAgent {
  return {
    name: agentName(name),
    ...(name === '' ? {} : { raw: name }),
    ...(version === undefined ? {} : { version }),
  };
}

/**
 * All that the agent wrote in a call, as a JSON value: each text as it is, and once more where the request puts several
 * together. Without a body that is no request's, which may be of any size.
 */
export function wordsOf({ caller: { agent }, call, request }: Flight): unknown {
  const { json: _json, form, text: _text, ...others } = call;
  if (!request) return [agent, others];
  // What stands before the path is the policy's.
  const [, search = ''] = request.target.split('?', 2);
  return [agent, call, `${request.path}?${search}`, form === undefined ? '' : (request.body?.text ?? '')];
}
