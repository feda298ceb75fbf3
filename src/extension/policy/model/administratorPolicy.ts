import { isDeepStrictEqual } from 'node:util';
import type { Policy, PolicyDocument } from '../../../core/policy/model/policy.ts';
import { SerialQueue } from '../../../core/serialQueue.ts';
import { type Phrase, phrase } from '../../../core/text/phrase.ts';
import { ADMIN_POLICY_ID, type PolicyFile } from '../../../gateway/control/controlPort.ts';
import { Emitter } from '../../util/emitter.ts';
import type { PolicyRead } from './policySource.ts';

/** How the administrator's file stands. */
export type AdministratorState =
  | { readonly kind: 'none' }
  | { readonly kind: 'in-force'; readonly policy: Policy }
  /** Nothing is allowed until it can be read. `why` is one sentence. */
  | { readonly kind: 'broken'; readonly why: Phrase };

export interface AdministratorPorts {
  /** Absolute path, for people. */
  readonly path: string;
  /** What people and agents are told the file is called. */
  readonly label: string;
  read(): Promise<PolicyRead>;
  parse(text: string): Promise<PolicyDocument>;
}

/**
 * The administrator's policy file: a ceiling that needs no approval, because only an administrator can write it. It is
 * trusted to restrict and asked for nothing else. Unlike the user's file it has no last valid version: one that cannot be
 * relied on closes everything, here and after a restart alike.
 */
export class AdministratorPolicy {
  readonly #ports: AdministratorPorts;
  readonly #queue = new SerialQueue();
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  #read: PolicyRead = { kind: 'missing' };
  #state: AdministratorState = { kind: 'none' };

  constructor(ports: AdministratorPorts) {
    this.#ports = ports;
  }

  get state(): AdministratorState {
    return this.#state;
  }

  get path(): string {
    return this.#ports.path;
  }

  /** What the gateway is told: nothing when there is no such file. */
  files(): readonly PolicyFile[] {
    if (this.#state.kind === 'none') return [];
    const { label } = this.#ports;
    const written = this.#read.kind === 'text' ? { written: this.#read.text } : {};
    return [{ id: ADMIN_POLICY_ID, label, grants: false, ...written }];
  }

  /** Reads the file again: at start, and when it may have changed. */
  refresh(): Promise<void> {
    return this.#queue.run(async () => {
      const read = await this.#ports.read();
      if (isDeepStrictEqual(read, this.#read)) return;
      this.#state = await this.#stateOf(read);
      this.#read = read;
      this.#changed.fire();
    });
  }

  async #stateOf(read: PolicyRead): Promise<AdministratorState> {
    if (read.kind === 'missing') return { kind: 'none' };
    if (read.kind === 'unreadable') return { kind: 'broken', why: read.why };
    const { policy, problems } = await this.#ports.parse(read.text);
    if (policy) return { kind: 'in-force', policy };
    const problem = problems.find(({ severity }) => severity === 'error');
    return {
      kind: 'broken',
      why: problem ? phrase`${problem.start.line}:${problem.start.column} ${problem.message}` : phrase``,
    };
  }
}
