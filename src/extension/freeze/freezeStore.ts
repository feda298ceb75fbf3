import { z } from 'zod';
import type { FreezeState } from '../../gateway/parent.ts';
import type { SecretPort } from '../ports.ts';
import type { SharedStateRead } from '../state/sharedState.ts';
import { Emitter } from '../util/emitter.ts';
import { SerialQueue } from '../util/serialQueue.ts';

/** The part of `state.json` that freezing needs. */
export interface FreezeFilePort {
  read(): SharedStateRead;
  writeFreeze(freeze: FreezeState): void;
}

const SECRET_KEY = 'freeze';
const NOTHING: FreezeState = { all: false, services: [] };
const EVERYTHING: FreezeState = { all: true, services: [] };
const schema = z.object({ all: z.boolean(), services: z.array(z.string()) });

/**
 * The kill switch. Frozen is what the file *or* SecretStorage says: the file reaches other windows reliably, and
 * SecretStorage cannot be edited by an agent. A file that is missing says nothing new; a file that is damaged says
 * frozen. Only {@link unfreeze} lifts a freeze, and it lifts it in both places.
 */
export class FreezeStore {
  readonly #file: FreezeFilePort;
  readonly #secrets: SecretPort;
  readonly #queue = new SerialQueue();
  readonly #changed = new Emitter<FreezeState>();
  /** Freezes that were asked for and are not yet in either place: re-reading must not lift them. */
  readonly #pending = new Set<FreezeState>();
  #state: FreezeState = NOTHING;
  /** Fires with the new state, before it is on disk when it got stricter: stopping does not wait for a disk. */
  readonly onDidChange = this.#changed.event;

  constructor(ports: { readonly file: FreezeFilePort; readonly secrets: SecretPort }) {
    this.#file = ports.file;
    this.#secrets = ports.secrets;
  }

  get state(): FreezeState {
    return this.#state;
  }

  isFrozen(service: string): boolean {
    return this.#state.all || this.#state.services.includes(service);
  }

  /** Reads both places again: at start, and when another window changed the file. */
  load(): Promise<void> {
    return this.#queue.run(async () => {
      const secret = await this.#readSecret();
      const file = this.#file.read();
      const fromFile = file.kind === 'state' ? file.state.freeze : file.kind === 'malformed' ? EVERYTHING : this.#state;
      const state = [secret, ...this.#pending].reduce(union, fromFile);
      // What another window said in the file is repeated where no agent can take it back.
      if (!same(state, secret)) await this.#secrets.store(SECRET_KEY, JSON.stringify(state));
      this.#become(state);
    });
  }

  freezeAll(): Promise<void> {
    return this.#stricter({ all: true, services: [] });
  }

  freezeService(service: string): Promise<void> {
    return this.#stricter({ all: false, services: [service] });
  }

  /** Lifts everything, or one service. Ask the person first: this widens. */
  unfreeze(service?: string): Promise<void> {
    const askedBefore = [...this.#pending];
    return this.#queue.run(async () => {
      if (service === undefined) for (const asked of askedBefore) this.#pending.delete(asked);
      const lifted =
        service === undefined
          ? NOTHING
          : { all: this.#state.all, services: this.#state.services.filter((name) => name !== service) };
      const state = [...this.#pending].reduce(union, lifted);
      await this.#secrets.store(SECRET_KEY, JSON.stringify(state));
      this.#file.writeFreeze(state);
      this.#become(state);
    });
  }

  #stricter(more: FreezeState): Promise<void> {
    this.#pending.add(more);
    this.#become(union(this.#state, more));
    return this.#queue.run(async () => {
      const state = [...this.#pending].reduce(union, this.#state);
      this.#become(state);
      // Either place alone keeps it frozen: a failure of one must not keep the other from being written.
      const written = await Promise.allSettled([
        (async () => this.#file.writeFreeze(state))(),
        this.#secrets.store(SECRET_KEY, JSON.stringify(state)),
      ]);
      if (written.some((result) => result.status === 'fulfilled')) this.#pending.delete(more);
      const failed = written.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    });
  }

  async #readSecret(): Promise<FreezeState> {
    const text = await this.#secrets.get(SECRET_KEY);
    if (text === undefined) return NOTHING;
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      return EVERYTHING;
    }
  }

  #become(state: FreezeState): void {
    if (same(state, this.#state)) return;
    this.#state = state;
    this.#changed.fire(state);
  }
}

function union(one: FreezeState, other: FreezeState): FreezeState {
  return { all: one.all || other.all, services: [...new Set([...one.services, ...other.services])].sort() };
}

function same(one: FreezeState, other: FreezeState): boolean {
  return one.all === other.all && [...one.services].sort().join() === [...other.services].sort().join();
}
