import type { Secret } from '../../../core/secret.ts';
import type { Clock, SecretPort } from '../../util/ports.ts';
import { storeChecked } from './checkedSecret.ts';
import { parseRetired, type RetiredEntry, retiredText, type UndoOffer } from './credentialEntry.ts';
import { type CredentialId, credentialKey, parseCredentialKey } from './credentialId.ts';

/** How long a replaced or removed value is still taken out of answers (SECURITY.md): 24 hours. */
export const RETIRED_FOR_MS = 24 * 60 * 60 * 1000;

/** How long a rotation can be undone: ten minutes. */
export const UNDO_FOR_MS = 10 * 60 * 1000;

/** Renewals come every few minutes with some providers: how many values that they replaced are kept, at most. */
const MAX_RENEWED = 8;

/** Entries of SecretStorage with values that are no longer used. */
export const RETIRED = 'retired/';

export interface RetiredRecord extends RetiredEntry {
  readonly id: CredentialId;
}

/** The values that were rotated or revoked: kept for redaction, and the latest one of a rotation for *Undo*. */
export class RetiredValues {
  readonly #secrets: SecretPort;
  readonly #now: Clock;
  readonly #entries = new Map<string, readonly RetiredEntry[]>();

  constructor(secrets: SecretPort, now: Clock) {
    this.#secrets = secrets;
    this.#now = now;
  }

  all(): readonly RetiredRecord[] {
    return [...this.#entries].flatMap(([name, entries]) => {
      const id = parseCredentialKey(name);
      return id ? this.#alive(entries).map((entry) => ({ ...entry, id })) : [];
    });
  }

  /** The value that a rotation replaced last, whether or not its ten minutes are over. */
  replacedLast(id: CredentialId): (RetiredEntry & { readonly undo: UndoOffer }) | undefined {
    const entries = this.#alive(this.#entries.get(credentialKey(id)) ?? []);
    for (const entry of entries) if (entry.undo) return { ...entry, undo: entry.undo };
    return undefined;
  }

  /**
   * Keeps a value that is about to be replaced, or was removed at `at`. Whatever could be undone before no longer can.
   */
  async retire(
    id: CredentialId,
    value: Secret,
    { undo, at = this.#now() }: { readonly undo?: UndoOffer; readonly at?: number } = {},
  ): Promise<void> {
    const kept = this.#alive(await this.#read(id)).map(({ undo: _, ...entry }) => entry);
    const retired: RetiredEntry = { value, until: at + RETIRED_FOR_MS, ...(undo ? { undo } : {}) };
    await storeChecked(this.#secrets, RETIRED + credentialKey(id), retiredText([...kept, retired]));
  }

  /** Keeps a value that the gateway renewed. A rotation before it can be undone no less. */
  async retireRenewed(id: CredentialId, value: Secret): Promise<void> {
    const kept = this.#alive(await this.#read(id));
    const surplus = new Set(kept.filter(({ renewed }) => renewed).slice(0, 1 - MAX_RENEWED));
    const retired: RetiredEntry = { value, until: this.#now() + RETIRED_FOR_MS, renewed: true };
    const entries = [...(surplus.size === 0 ? kept : kept.filter((entry) => !surplus.has(entry))), retired];
    await storeChecked(this.#secrets, RETIRED + credentialKey(id), retiredText(entries));
  }

  /** Reads what is stored, and forgets what is over. */
  async load(id: CredentialId): Promise<void> {
    const name = credentialKey(id);
    const stored = await this.#read(id);
    const alive = this.#alive(stored);
    if (stored.length > 0 && alive.length === 0) await this.#secrets.delete(RETIRED + name);
    if (alive.length > 0) this.#entries.set(name, alive);
    else this.#entries.delete(name);
  }

  async #read(id: CredentialId): Promise<readonly RetiredEntry[]> {
    return parseRetired(await this.#secrets.get(RETIRED + credentialKey(id)));
  }

  #alive(entries: readonly RetiredEntry[]): readonly RetiredEntry[] {
    const now = this.#now();
    return entries.filter((entry) => entry.until > now);
  }
}
