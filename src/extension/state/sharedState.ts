import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import * as z from 'zod/mini';
import { readPlainFile } from '../../protocol/plainFile.ts';
import { type Disposable, Emitter } from '../util/emitter.ts';

const schema = z.object({
  version: z.literal(1),
  freeze: z.object({
    all: z.boolean(),
    services: z.array(z.string()),
    /** Counts up with each freeze and unfreeze. */
    revision: z.int().check(z.nonnegative()),
    /** Proves that a window wrote this, see freezeStore.ts; empty for a state that nobody signed. */
    mac: z.string(),
  }),
  /** Changes whenever credentials or approvals did, so that other windows read them again. */
  change: z.string(),
});
export type SharedState = z.infer<typeof schema>;
export type SignedFreeze = SharedState['freeze'];

/** What other windows may have written. */
export type SharedStateRead =
  | { readonly kind: 'state'; readonly state: SharedState }
  | { readonly kind: 'missing' }
  | { readonly kind: 'malformed' };

/** How often the file is looked at in case the system's notification got lost: 2 seconds. */
const SAFETY_NET_MS = 2000;

/**
 * `state.json` in global storage: how windows tell each other that something changed, because SecretStorage is not a
 * reliable bus. It is a signal and a second voice for *frozen*; it opens nothing.
 */
export class SharedStateFile {
  readonly #file: string;
  readonly #changed = new Emitter<void>();
  /** The last change that this window made, or found when it began to listen. */
  #ownChange = '';
  #changedElsewhere = false;
  readonly onDidChange = this.#changed.event;

  constructor(directory: string) {
    this.#file = path.join(directory, 'state.json');
  }

  read(): SharedStateRead {
    let text: string;
    try {
      text = readPlainFile(this.#file);
    } catch (error) {
      return isMissing(error) ? { kind: 'missing' } : { kind: 'malformed' };
    }
    try {
      return { kind: 'state', state: schema.parse(JSON.parse(text)) };
    } catch {
      return { kind: 'malformed' };
    }
  }

  writeFreeze(freeze: SignedFreeze): void {
    this.#update((state) => ({ ...state, freeze }));
  }

  /** Tells the other windows to read credentials and approvals again. */
  announceChange(): void {
    const change = randomUUID();
    this.#ownChange = change;
    this.#update((state) => ({ ...state, change }));
  }

  /**
   * Whether another window changed credentials or approvals since this one began to listen. Where windows keep
   * SecretStorage each for itself (in a browser), whatever this window stores from now on undoes what the other one stored.
   */
  get changedElsewhere(): boolean {
    return this.#changedElsewhere;
  }

  /** Starts to listen for other windows' changes. */
  watch(): Disposable {
    fs.mkdirSync(path.dirname(this.#file), { recursive: true });
    this.#ownChange = this.#changeId();
    const fire = (): void => {
      this.#changedElsewhere ||= this.#changeId() !== this.#ownChange;
      this.#changed.fire();
    };
    const watcher = this.#notifications(fire);
    fs.watchFile(this.#file, { persistent: false, interval: SAFETY_NET_MS }, fire);
    return {
      dispose: () => {
        watcher?.close();
        fs.unwatchFile(this.#file, fire);
      },
    };
  }

  #changeId(): string {
    const read = this.read();
    return read.kind === 'state' ? read.state.change : this.#ownChange;
  }

  /** Undefined where the system gives none (a full table of watches, a network home): the safety net remains. */
  #notifications(fire: () => void): fs.FSWatcher | undefined {
    try {
      const watcher = fs.watch(path.dirname(this.#file), { persistent: false }, (_kind, name) => {
        if (name === null || name === path.basename(this.#file)) fire();
      });
      watcher.on('error', () => watcher.close());
      return watcher;
    } catch {
      return undefined;
    }
  }

  /**
   * Reads, changes and replaces the file without giving way in between, so that two windows hardly ever overwrite each
   * other's change. A file that cannot be read as ours counts as frozen, and stays so.
   */
  #update(change: (state: SharedState) => SharedState): void {
    const read = this.read();
    const before: SharedState =
      read.kind === 'state'
        ? read.state
        : { version: 1, freeze: { all: read.kind === 'malformed', services: [], revision: 0, mac: '' }, change: '' };
    const temporary = `${this.#file}.${randomUUID()}.tmp`;
    fs.mkdirSync(path.dirname(this.#file), { recursive: true });
    fs.writeFileSync(temporary, `${JSON.stringify(change(before))}\n`, { mode: 0o600, flag: 'wx' });
    // A folder in the file's place is not replaced by a file; whatever is in it is kept.
    if (fs.lstatSync(this.#file, { throwIfNoEntry: false })?.isDirectory()) {
      fs.renameSync(this.#file, `${this.#file}.${randomUUID()}.aside`);
    }
    fs.renameSync(temporary, this.#file);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
