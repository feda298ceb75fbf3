import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/mini';
import { SerialQueue } from '../../../core/serialQueue.ts';
import type { FreezeState } from '../../../gateway/control/controlPort.ts';
import { installationKey } from '../../state/installationKey.ts';
import type { SharedStateRead, SignedFreeze } from '../../state/sharedState.ts';
import { Emitter } from '../../util/emitter.ts';
import type { SecretPort } from '../../util/ports.ts';

/** The part of `state.json` that freezing needs. */
export interface FreezeFilePort {
  read(): SharedStateRead;
  writeFreeze(freeze: SignedFreeze): void;
}

const SECRET_KEY = 'freeze';
const NOTHING: FreezeState = { all: false, services: [] };
const EVERYTHING: FreezeState = { all: true, services: [] };
const schema = z.object({ all: z.boolean(), services: z.array(z.string()), revision: z.number() });

/** What SecretStorage says. */
interface Remembered {
  readonly state: FreezeState;
  readonly revision: number;
}

/**
 * The kill switch. Frozen is what the file *or* SecretStorage says: the file reaches other windows reliably, and
 * SecretStorage cannot be edited by an agent. A file that is missing says nothing new; a file that is damaged says
 * frozen. Only {@link unfreeze} lifts a freeze, and it lifts it in both places.
 *
 * Where windows do not share SecretStorage reliably (code-server), the file must carry an unfreeze alone. So it has a
 * revision that counts up and is signed with a key from SecretStorage: only a signed revision newer than any that this
 * window knows goes before SecretStorage, and an old file that is put back says nothing.
 */
export class FreezeStore {
  readonly #file: FreezeFilePort;
  readonly #secrets: SecretPort;
  readonly #queue = new SerialQueue();
  readonly #changed = new Emitter<FreezeState>();
  /** Freezes that were asked for and are not yet in either place: re-reading must not lift them. */
  readonly #pending = new Set<FreezeState>();
  #state: FreezeState = NOTHING;
  #revision = 0;
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

  /**
   * Reads both places again: at start, and when another window changed the file. A program that rewrites the file without end
   * keeps no freeze from being kept, and so from reaching the other windows.
   */
  load(): Promise<void> {
    return this.#queue.runOnce('load', async () => {
      // Made at the first start, so that windows opened later have the same key.
      await installationKey(this.#secrets, 'freeze');
      const secret = await this.#readSecret();
      const file = this.#file.read();
      const signed = file.kind === 'state' && (await this.#isSigned(file.state.freeze));
      const known = Math.max(secret.revision, this.#revision);
      const newer = signed && file.state.freeze.revision > known;
      const inFile =
        file.kind === 'state' ? plain(file.state.freeze) : file.kind === 'malformed' ? EVERYTHING : this.#state;
      this.#revision = newer ? file.state.freeze.revision : known;
      const state = [...(newer ? [] : [secret.state]), ...this.#pending].reduce(union, inFile);
      // What another window said in the file is repeated where no agent can take it back.
      if (!same(state, secret.state) || this.#revision !== secret.revision) await this.#remember(state);
      this.#become(state);
    });
  }

  freezeAll(): Promise<void> {
    return this.#stricter({ all: true, services: [] });
  }

  freezeService(service: string): Promise<void> {
    return this.#stricter({ all: false, services: [service] });
  }

  /** Lifts everything, or one service. Ask the user first: this widens. */
  unfreeze(service?: string): Promise<void> {
    const askedBefore = [...this.#pending];
    return this.#queue.run(async () => {
      if (service === undefined) for (const asked of askedBefore) this.#pending.delete(asked);
      const lifted =
        service === undefined
          ? NOTHING
          : { all: this.#state.all, services: this.#state.services.filter((name) => name !== service) };
      const state = [...this.#pending].reduce(union, lifted);
      this.#revision += 1;
      await this.#remember(state);
      this.#file.writeFreeze(await this.#sign(state));
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
      this.#revision += 1;
      const written = await Promise.allSettled([
        this.#sign(state).then((signed) => this.#file.writeFreeze(signed)),
        this.#remember(state),
      ]);
      if (written.some((result) => result.status === 'fulfilled')) this.#pending.delete(more);
      const failed = written.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    });
  }

  async #readSecret(): Promise<Remembered> {
    const text = await this.#secrets.get(SECRET_KEY);
    if (text === undefined) return { state: NOTHING, revision: 0 };
    try {
      const { revision, ...state } = schema.parse(JSON.parse(text));
      return { state, revision };
    } catch {
      return { state: EVERYTHING, revision: 0 };
    }
  }

  async #remember(state: FreezeState): Promise<void> {
    await this.#secrets.store(SECRET_KEY, JSON.stringify({ ...plain(state), revision: this.#revision }));
  }

  async #sign(state: FreezeState): Promise<SignedFreeze> {
    const revision = this.#revision;
    return { ...plain(state), revision, mac: await this.#macOf(state, revision) };
  }

  async #isSigned(freeze: SignedFreeze): Promise<boolean> {
    const expected = Buffer.from(await this.#macOf(freeze, freeze.revision));
    const given = Buffer.from(freeze.mac);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  async #macOf(state: FreezeState, revision: number): Promise<string> {
    const key = await installationKey(this.#secrets, 'freeze');
    const text = JSON.stringify([state.all, [...state.services].sort(), revision]);
    return createHmac('sha256', Buffer.from(key, 'hex')).update(text).digest('hex');
  }

  #become(state: FreezeState): void {
    if (same(state, this.#state)) return;
    this.#state = state;
    this.#changed.fire(state);
  }
}

function plain({ all, services }: FreezeState): { all: boolean; services: string[] } {
  return { all, services: [...services] };
}

function union(one: FreezeState, other: FreezeState): FreezeState {
  return { all: one.all || other.all, services: [...new Set([...one.services, ...other.services])].sort() };
}

function same(one: FreezeState, other: FreezeState): boolean {
  return one.all === other.all && [...one.services].sort().join() === [...other.services].sort().join();
}
