import { agentName, clientName } from '../../core/audit/agentName.ts';
import type { AgentInfo } from '../../protocol/messages.ts';
import { type Caller, USER } from '../call/model/callContext.ts';
import { type RefusalError, refusals, type Sent } from '../call/model/refusals.ts';
import type { AgentAdmission, ConnectedAgent } from '../control/controlPort.ts';

/** Counts change with every call; the host hears of them at most this often. */
const NOTIFY_EVERY_MS = 200;

interface Connection {
  readonly agent: AgentInfo;
  readonly since: number;
  readonly end: () => void;
  calls: number;
  lastCall?: number;
  blocked: number;
}

/**
 * The agents that are connected, and which of them may call. What an agent calls itself is its own word, and so is the
 * entry that it says it was started from: this keeps the user informed and in command of honest agents. It is no
 * boundary; policy, freeze and approvals are.
 */
export class Agents {
  readonly #connections = new Map<string, Connection>();
  readonly #tell: (agents: readonly ConnectedAgent[]) => void;
  readonly #now: () => number;
  #admission: AgentAdmission | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(ports: { readonly tell: (agents: readonly ConnectedAgent[]) => void; readonly now: () => number }) {
    this.#tell = ports.tell;
    this.#now = ports.now;
  }

  /** Whom the host lets call. The host that never says so lets everybody. */
  setAdmission(admission: AgentAdmission): void {
    this.#admission = admission;
    this.#notifySoon();
  }

  /** A proxy said for whom it speaks. `end` ends its connection. */
  connected(id: string, agent: AgentInfo, end: () => void): void {
    const before = this.#connections.get(id);
    this.#connections.set(id, { calls: 0, blocked: 0, since: this.#now(), ...before, agent, end });
    this.#notifySoon();
  }

  left(id: string): void {
    if (this.#connections.delete(id)) this.#notifySoon();
  }

  /** Throws the refusal for an agent that is frozen or that nobody has allowed yet. The user needs nobody's leave. */
  admit(caller: Caller): void {
    const refuse = caller === USER ? undefined : this.refusalOf(caller.agent);
    if (refuse) throw refuse('no');
  }

  /** How calls of an agent are refused that is frozen or that nobody allows; undefined for one that may call. */
  refusalOf(agent: AgentInfo): ((sent: Sent) => RefusalError) | undefined {
    switch (this.#stateOf(agent)) {
      case 'frozen':
        return refusals.agentFrozen;
      case 'waiting':
        return refusals.agentWaits;
      case 'allowed':
        return undefined;
    }
  }

  isFrozen(agent: AgentInfo): boolean {
    return this.#stateOf(agent) === 'frozen';
  }

  /** A call on this connection ended, refused or not. */
  count(id: string, blocked: boolean): void {
    const connection = this.#connections.get(id);
    if (!connection) return;
    connection.calls += 1;
    connection.lastCall = this.#now();
    if (blocked) connection.blocked += 1;
    this.#notifySoon();
  }

  disconnect(ids: readonly string[]): void {
    for (const id of ids) this.#connections.get(id)?.end();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #stateOf(agent: AgentInfo): ConnectedAgent['state'] {
    const admission = this.#admission;
    if (!admission) return 'allowed';
    const own = clientName(agent.name);
    const isNamed = (names: readonly string[]): boolean => names.some((name) => clientName(name) === own);
    if (isNamed(admission.frozen)) return 'frozen';
    const known = agent.entry !== undefined && admission.entries.includes(agent.entry);
    return known || isNamed(admission.names) ? 'allowed' : 'waiting';
  }

  #notifySoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#tell(
        [...this.#connections].map(([id, { agent, since, calls, lastCall, blocked }]) => ({
          id,
          name: agentName(agent.name),
          rawName: clientName(agent.name),
          ...(agent.version === undefined ? {} : { version: agent.version }),
          ...(agent.entry === undefined ? {} : { entry: agent.entry }),
          ...(agent.pid === undefined ? {} : { pid: agent.pid }),
          since,
          calls,
          ...(lastCall === undefined ? {} : { lastCall }),
          blocked,
          state: this.#stateOf(agent),
        })),
      );
    }, NOTIFY_EVERY_MS).unref();
  }
}
