import type { Secret } from '../../core/secret.ts';
import type { Binding } from '../../gateway/parent.ts';
import type { Clock, MetadataPort, SecretPort } from '../ports.ts';
import { Emitter } from '../util/emitter.ts';
import { SerialQueue } from '../util/serialQueue.ts';
import {
  type CredentialEntry,
  entryText,
  type PresentEntry,
  parseEntry,
  parseRetired,
  type RetiredEntry,
  retiredText,
} from './credentialEntry.ts';
import { type CredentialId, credentialKey, parseCredentialKey } from './credentialId.ts';
import { CredentialIndex } from './credentialIndex.ts';

/** How long a replaced or removed value is still taken out of answers (docs/security.md): 24 hours. */
export const RETIRED_FOR_MS = 24 * 60 * 60 * 1000;

/** What is known about one credential at this moment. */
export type CredentialRecord =
  | (PresentEntry & { readonly id: CredentialId })
  | { readonly state: 'revoked'; readonly id: CredentialId; readonly revokedAt: number }
  /** The index knows it, SecretStorage lost it. */
  | { readonly state: 'missing'; readonly id: CredentialId; readonly last4: string; readonly createdAt: number };

export interface RetiredRecord extends RetiredEntry {
  readonly id: CredentialId;
}

/** SecretStorage did not keep what it was given. */
export class CredentialNotKeptError extends Error {}

const ENTRY = 'credential/';
const RETIRED = 'retired/';

/**
 * The user's credentials on top of SecretStorage, which may lose entries silently (a keyring that cannot decrypt) and
 * does not reliably tell other windows. So every write is read back, an index of non-secret metadata remembers what
 * should be there, and {@link load} is called again whenever another window reports a change.
 *
 * Writes to one service happen in the order they were asked for. Nothing is deleted because the index lacks it: other
 * profiles share the secrets but not the index.
 */
export class CredentialStore {
  readonly #secrets: SecretPort;
  readonly #index: CredentialIndex;
  readonly #now: Clock;
  readonly #records = new Map<string, CredentialRecord>();
  readonly #retired = new Map<string, readonly RetiredEntry[]>();
  readonly #queues = new Map<string, SerialQueue>();
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;

  constructor(ports: { readonly secrets: SecretPort; readonly metadata: MetadataPort; readonly now: Clock }) {
    this.#secrets = ports.secrets;
    this.#index = new CredentialIndex(ports.metadata);
    this.#now = ports.now;
  }

  /** Reads everything anew: at start, and when another window changed something. */
  async load(): Promise<void> {
    const keys = new Set(await this.#secrets.keys());
    const ids = new Map<string, CredentialId>();
    for (const key of [...keys, ...this.#index.keys().map((name) => ENTRY + name), ...this.#prefixedRecords()]) {
      const name = key.startsWith(ENTRY)
        ? key.slice(ENTRY.length)
        : key.startsWith(RETIRED)
          ? key.slice(RETIRED.length)
          : '';
      const id = parseCredentialKey(name);
      if (id) ids.set(name, id);
    }
    await Promise.all([...ids.values()].map((id) => this.#queue(id).run(() => this.#reconcile(id))));
    this.#changed.fire();
  }

  get(id: CredentialId): CredentialRecord | undefined {
    return this.#records.get(credentialKey(id));
  }

  all(): readonly CredentialRecord[] {
    return [...this.#records.values()];
  }

  /** The values that are still taken out of answers though no longer used. */
  retired(): readonly RetiredRecord[] {
    const now = this.#now();
    return [...this.#retired].flatMap(([name, entries]) => {
      const id = parseCredentialKey(name);
      return id ? entries.filter((entry) => entry.until > now).map((entry) => ({ ...entry, id })) : [];
    });
  }

  /**
   * Stores a credential with the binding for which the person entered it, and retires the value it replaces. Throws
   * {@link CredentialNotKeptError} when SecretStorage does not give back what it was given.
   */
  put(id: CredentialId, value: Secret, binding: Binding): Promise<void> {
    return this.#change(id, async (before) => {
      const now = this.#now();
      const entry: PresentEntry =
        before?.state === 'present'
          ? { state: 'present', value, binding, createdAt: before.createdAt, rotatedAt: now }
          : { state: 'present', value, binding, createdAt: now };
      await this.#write(id, entry, before);
      await this.#index.set(id, { createdAt: entry.createdAt, last4: value.last4, ...rotation(entry) });
    });
  }

  /** Removes the value, keeps it for redaction only, and leaves a mark that says so. */
  revoke(id: CredentialId): Promise<void> {
    return this.#change(id, async (before) => {
      await this.#write(id, { state: 'revoked', revokedAt: this.#now() }, before);
      await this.#index.remove(id);
    });
  }

  #change(id: CredentialId, task: (before: CredentialEntry | undefined) => Promise<void>): Promise<void> {
    return this.#queue(id).run(async () => {
      const before = parseEntry(await this.#secrets.get(ENTRY + credentialKey(id)));
      try {
        await task(before);
      } finally {
        // Also after a failure: what counts is what SecretStorage holds now, not what it was asked to hold.
        await this.#reconcile(id);
        this.#changed.fire();
      }
    });
  }

  /** The old value is retired first: it must never be unknown to the redactor while an answer may still hold it. */
  async #write(id: CredentialId, entry: CredentialEntry, before: CredentialEntry | undefined): Promise<void> {
    const name = credentialKey(id);
    if (before?.state === 'present') {
      const kept = this.#stillRetired(parseRetired(await this.#secrets.get(RETIRED + name)));
      await this.#store(
        RETIRED + name,
        retiredText([...kept, { value: before.value, until: this.#now() + RETIRED_FOR_MS }]),
      );
    }
    await this.#store(ENTRY + name, entryText(entry));
  }

  async #store(key: string, text: string): Promise<void> {
    await this.#secrets.store(key, text);
    if ((await this.#secrets.get(key)) !== text) {
      throw new CredentialNotKeptError('The secret storage did not keep the value.');
    }
  }

  async #reconcile(id: CredentialId): Promise<void> {
    const name = credentialKey(id);
    const entry = parseEntry(await this.#secrets.get(ENTRY + name));
    const known = this.#index.get(id);
    if (entry) {
      this.#records.set(name, { ...entry, id });
    } else if (known) {
      this.#records.set(name, { state: 'missing', id, last4: known.last4, createdAt: known.createdAt });
    } else {
      this.#records.delete(name);
    }
    if (entry?.state === 'present' && !known) {
      await this.#index.set(id, { createdAt: entry.createdAt, last4: entry.value.last4, ...rotation(entry) });
    }
    await this.#reconcileRetired(name);
  }

  async #reconcileRetired(name: string): Promise<void> {
    const stored = parseRetired(await this.#secrets.get(RETIRED + name));
    const kept = this.#stillRetired(stored);
    if (stored.length > 0 && kept.length === 0) await this.#secrets.delete(RETIRED + name);
    if (kept.length > 0) this.#retired.set(name, kept);
    else this.#retired.delete(name);
  }

  #stillRetired(entries: readonly RetiredEntry[]): readonly RetiredEntry[] {
    const now = this.#now();
    return entries.filter((entry) => entry.until > now);
  }

  #prefixedRecords(): readonly string[] {
    return [...this.#records.keys()].map((name) => ENTRY + name);
  }

  #queue(id: CredentialId): SerialQueue {
    const name = credentialKey(id);
    const queue = this.#queues.get(name) ?? new SerialQueue();
    this.#queues.set(name, queue);
    return queue;
  }
}

function rotation(entry: PresentEntry): { rotatedAt?: number } {
  return entry.rotatedAt === undefined ? {} : { rotatedAt: entry.rotatedAt };
}
