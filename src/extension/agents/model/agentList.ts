import type { ConnectedAgent } from '../../../gateway/control/controlPort.ts';
import { Emitter } from '../../util/emitter.ts';

/** One agent as people see it: all connections that say the same of themselves. */
export interface Agent {
  /** Stable while the agent is connected. */
  readonly key: string;
  /** The short name. */
  readonly name: string;
  /** What it calls itself; may be empty. */
  readonly rawName: string;
  readonly version?: string;
  readonly entry?: string;
  readonly state: ConnectedAgent['state'];
  /** Since when the oldest of its connections stands, in milliseconds since the epoch. */
  readonly since: number;
  readonly calls: number;
  /** When its last call ended, in milliseconds since the epoch; absent before the first. */
  readonly lastCall?: number;
  readonly blocked: number;
  readonly pids: readonly number[];
  /** Its connections' ids. */
  readonly connections: readonly string[];
}

/** The agents that are connected to this window's gateway, longest first. */
export class AgentList {
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  #agents: readonly Agent[] = [];
  /** Names that the user was told about in this session. */
  readonly #notified = new Set<string>();

  get agents(): readonly Agent[] {
    return this.#agents;
  }

  get waiting(): readonly Agent[] {
    return this.#agents.filter(({ state }) => state === 'waiting');
  }

  /** Replaces the list. Gives those that wait and that nobody was told about yet: once for a name and session. */
  set(connected: readonly ConnectedAgent[]): readonly Agent[] {
    this.#agents = grouped(connected);
    this.#changed.fire();
    const fresh = this.waiting.filter(({ rawName }) => !this.#notified.has(rawName));
    for (const { rawName } of fresh) this.#notified.add(rawName);
    return fresh;
  }
}

function grouped(connected: readonly ConnectedAgent[]): readonly Agent[] {
  const groups = new Map<string, ConnectedAgent[]>();
  for (const one of connected) {
    const key = JSON.stringify([one.rawName, one.version, one.entry, one.state]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups].flatMap(([key, members]): Agent[] => {
    const [first] = members;
    if (!first) return [];
    const { name, rawName, version, entry, state } = first;
    return [
      {
        key,
        name,
        rawName,
        ...(version === undefined ? {} : { version }),
        ...(entry === undefined ? {} : { entry }),
        state,
        since: Math.min(...members.map(({ since }) => since)),
        ...lastOf(members),
        calls: members.reduce((sum, { calls }) => sum + calls, 0),
        blocked: members.reduce((sum, { blocked }) => sum + blocked, 0),
        pids: members.flatMap(({ pid }) => pid ?? []),
        connections: members.map(({ id }) => id),
      },
    ];
  });
}

function lastOf(members: readonly ConnectedAgent[]): Pick<Agent, 'lastCall'> {
  const ends = members.flatMap(({ lastCall }) => lastCall ?? []);
  return ends.length === 0 ? {} : { lastCall: Math.max(...ends) };
}
