import type { Secret } from '../../../core/secret.ts';
import { SerialQueue } from '../../../core/serialQueue.ts';
import type { Binding, CredentialCondition, Renewal } from '../../../gateway/control/controlPort.ts';
import { installationKey } from '../../state/installationKey.ts';
import { Emitter } from '../../util/emitter.ts';
import type { Clock, MetadataPort, SecretPort } from '../../util/ports.ts';
import { sameBinding } from './binding.ts';
import { deleteChecked, storeChecked } from './checkedSecret.ts';
import {
  type ChosenCommand,
  type CommandEntry,
  type CredentialEntry,
  entryText,
  type PresentEntry,
  parseEntry,
  type SessionEntry,
} from './credentialEntry.ts';
import { type CredentialId, credentialKey, parseCredentialKey } from './credentialId.ts';
import { CredentialIndex, type CredentialMetadata } from './credentialIndex.ts';
import { fingerprintOf } from './fingerprint.ts';
import { RETIRED, RETIRED_FOR_MS, type RetiredRecord, RetiredValues, UNDO_FOR_MS } from './retiredValues.ts';
import { type CredentialEvent, RotationHistory } from './rotationHistory.ts';

/** What is known about one credential at this moment. */
export type CredentialRecord =
  | (PresentEntry & Pick<CredentialMetadata, 'lastUsedAt' | 'expiresAt' | 'condition'> & { readonly id: CredentialId })
  | (SessionEntry & { readonly id: CredentialId })
  | (CommandEntry & { readonly id: CredentialId })
  | { readonly state: 'revoked'; readonly id: CredentialId; readonly revokedAt: number }
  /** The index knows it, SecretStorage lost it. */
  | { readonly state: 'missing'; readonly id: CredentialId; readonly last4: string; readonly createdAt: number };

interface StoppedRecord {
  readonly record: CredentialRecord & { readonly state: 'revoked' };
  /** Absent where the value is kept elsewhere. */
  readonly retired?: RetiredRecord;
}

/** What a verification said about a value. An absent field says that nothing is known, or nothing bad. */
export interface CredentialFindings {
  readonly condition?: CredentialCondition;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
}

/** The value that was renewed is no longer the stored one: what the user did meanwhile counts. */
export class CredentialReplacedError extends Error {}

export type UndoOutcome = 'undone' | 'expired' | 'nothing';

/** How much SecretStorage holds: values in use (damaged ones count), and values kept for redaction. */
export interface Inventory {
  readonly current: number;
  readonly retired: number;
}

const ENTRY = 'credential/';

/** Uses within this time of the last one that was noted are not worth a write: one minute. */
const USE_NOTED_EVERY_MS = 60_000;

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
  /** Values whose removal was asked for: out of use from that moment on, however long SecretStorage takes. */
  readonly #stopped = new Map<string, StoppedRecord>();
  readonly #retired: RetiredValues;
  readonly #history: RotationHistory;
  readonly #queues = new Map<string, SerialQueue>();
  #key: Promise<string> | undefined;
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;

  constructor(ports: { readonly secrets: SecretPort; readonly metadata: MetadataPort; readonly now: Clock }) {
    this.#secrets = ports.secrets;
    this.#index = new CredentialIndex(ports.metadata);
    this.#now = ports.now;
    this.#retired = new RetiredValues(ports.secrets, ports.now);
    this.#history = new RotationHistory(ports.metadata);
  }

  /** Reads everything anew: at start, and when another window changed something. */
  async load(): Promise<void> {
    const ids = await this.#knownIds();
    await Promise.all(ids.map((id) => this.#queue(id).run(() => this.#reconcile(id))));
    this.#changed.fire();
  }

  get(id: CredentialId): CredentialRecord | undefined {
    const name = credentialKey(id);
    return this.#stopped.get(name)?.record ?? this.#records.get(name);
  }

  all(): readonly CredentialRecord[] {
    return [...this.#records].map(([name, record]) => this.#stopped.get(name)?.record ?? record);
  }

  /** The values that are still taken out of answers though no longer used. */
  retired(): readonly RetiredRecord[] {
    return [...this.#retired.all(), ...[...this.#stopped.values()].flatMap(({ retired }) => retired ?? [])];
  }

  /** Which credentials have this very value. */
  holders(value: Secret): readonly CredentialId[] {
    return this.all().flatMap((record) =>
      record.state === 'present' && record.value.equals(value) ? [record.id] : [],
    );
  }

  /**
   * Stores a credential with the binding for which the user entered it, and retires the value it replaces. Throws
   * {@link CredentialNotSavedError} when SecretStorage does not give back what it was given.
   */
  put(id: CredentialId, value: Secret, binding: Binding, findings: CredentialFindings = {}): Promise<void> {
    return this.#change(id, async (before) => {
      const now = this.#now();
      if (before?.state === 'present') {
        const { createdAt, rotatedAt } = before;
        const undoable = sameBinding(before.binding, binding) && !before.value.equals(value);
        const offer = { until: now + UNDO_FOR_MS, binding, ...dates({ createdAt, rotatedAt }) };
        await this.#retired.retire(id, before.value, undoable ? { undo: offer } : {});
      }
      const old = before?.state === 'present' ? { createdAt: before.createdAt, rotatedAt: now } : { createdAt: now };
      await this.#write(id, { state: 'present', value, binding, ...old }, findings);
      const how = before && before.state !== 'revoked' ? 'rotated' : 'added';
      await this.#history.add(id, { at: now, how, last4: value.last4 });
      this.#stopped.delete(credentialKey(id));
    });
  }

  /** Stores the user's permission to use VS Code's own session, in the place of whatever was stored. */
  putSession(id: CredentialId, binding: Binding): Promise<void> {
    return this.#putElsewhere(id, { state: 'session', binding, createdAt: this.#now() });
  }

  /** Stores which command gives the credential, in the place of whatever was stored. */
  putCommand(id: CredentialId, command: ChosenCommand, binding: Binding): Promise<void> {
    return this.#putElsewhere(id, { state: 'command', command, binding, createdAt: this.#now() });
  }

  /** Of a credential that is kept elsewhere there is no value here, and nothing to know about it. */
  #putElsewhere(id: CredentialId, entry: SessionEntry | CommandEntry): Promise<void> {
    return this.#change(id, async (before) => {
      if (before?.state === 'present') await this.#retired.retire(id, before.value);
      await storeChecked(this.#secrets, ENTRY + credentialKey(id), entryText(entry));
      await this.#index.remove(id);
      await this.#history.add(id, { at: entry.createdAt, how: entry.state, last4: '' });
      this.#stopped.delete(credentialKey(id));
    });
  }

  /** What SecretStorage has at this moment, also when another window stored it just now. */
  async readAfresh(id: CredentialId): Promise<CredentialRecord | undefined> {
    await this.#queue(id).run(() => this.#reconcile(id));
    return this.get(id);
  }

  /**
   * Stores what the gateway made of `from`, and resolves when it was read back. It is no rotation: dates stay. Throws
   * {@link CredentialReplacedError} when `from` is no longer the credential.
   */
  renew(id: CredentialId, from: Secret, { value, expiresAt }: Renewal): Promise<void> {
    return this.#change(id, async (before) => {
      if (before?.state !== 'present' || !before.value.equals(from) || this.#stopped.has(credentialKey(id))) {
        throw new CredentialReplacedError('The credential was replaced in the meantime.');
      }
      const { lastUsedAt } = this.#index.get(id) ?? {};
      await this.#retired.retireRenewed(id, before.value);
      await this.#write(id, { ...before, value }, expiresAt === undefined ? {} : { expiresAt }, lastUsedAt);
    });
  }

  /**
   * Puts the value back that the last rotation replaced, for the same destination, and retires the one that replaced
   * it. Possible once, for ten minutes, and until the credential changes in any other way.
   */
  async undoRotation(id: CredentialId): Promise<UndoOutcome> {
    let outcome: UndoOutcome = 'nothing';
    await this.#change(id, async (before) => {
      await this.#retired.load(id);
      const replaced = this.#retired.replacedLast(id);
      if (!replaced || before?.state !== 'present' || !sameBinding(before.binding, replaced.undo.binding)) return;
      if (replaced.undo.until <= this.#now()) {
        outcome = 'expired';
        return;
      }
      await this.#retired.retire(id, before.value);
      const { binding, createdAt, rotatedAt } = replaced.undo;
      await this.#write(
        id,
        { state: 'present', value: replaced.value, binding, ...dates({ createdAt, rotatedAt }) },
        {},
      );
      await this.#history.add(id, { at: this.#now(), how: 'undone', last4: replaced.value.last4 });
      outcome = 'undone';
    });
    return outcome;
  }

  /** When and how the user changed it, the latest last. */
  historyOf(id: CredentialId): readonly CredentialEvent[] {
    return this.#history.of(id);
  }

  /** The value that *Undo* would bring back: its last four characters, and until when. Undefined when there is none. */
  undoOffer(id: CredentialId): { readonly last4: string; readonly until: number } | undefined {
    const replaced = this.#retired.replacedLast(id);
    if (!replaced || replaced.undo.until <= this.#now()) return undefined;
    const now = this.get(id);
    if (now?.state !== 'present' || !sameBinding(now.binding, replaced.undo.binding)) return undefined;
    return { last4: replaced.value.last4, until: replaced.undo.until };
  }

  /**
   * Removes the value, keeps it for redaction only, and leaves a mark that says so. It is out of use before this
   * returns: stopping does not wait for a disk. Where SecretStorage then fails, it stays so in this window.
   */
  revoke(id: CredentialId): Promise<void> {
    const known = this.get(id);
    const at = this.#now();
    if (known?.state === 'session' || known?.state === 'command') {
      this.#stopped.set(credentialKey(id), { record: { state: 'revoked', id, revokedAt: at } });
      this.#changed.fire();
    }
    if (known?.state === 'present') {
      this.#stopped.set(credentialKey(id), {
        record: { state: 'revoked', id, revokedAt: at },
        retired: { id, value: known.value, until: at + RETIRED_FOR_MS },
      });
      this.#changed.fire();
    }
    return this.#change(id, async (before) => {
      // As of the moment from which it was out of use, so that nobody has to be told another time.
      if (before?.state === 'present') await this.#retired.retire(id, before.value, { at });
      await storeChecked(this.#secrets, ENTRY + credentialKey(id), entryText({ state: 'revoked', revokedAt: at }));
      await this.#index.remove(id);
      await this.#history.add(id, { at, how: 'revoked', last4: '' });
      await this.#reconcile(id);
      this.#stopped.delete(credentialKey(id));
    });
  }

  /** Notes what a verification of `value` found, if that is still the credential. */
  noteVerification(id: CredentialId, value: Secret, findings: CredentialFindings): Promise<void> {
    return this.#note(id, (record, known) => {
      if (!record.value.equals(value)) return undefined;
      const { condition: _condition, ...rest } = known;
      return { ...rest, ...findings };
    });
  }

  /**
   * Notes that an API answered a call with the credential that ends in `last4`: when, and whether it took it. 401 is a
   * rejection until the next success; other failures say nothing about the credential.
   */
  async noteAnswer(id: CredentialId, last4: string, status: number): Promise<void> {
    const known = this.get(id);
    if (known?.state !== 'present' || known.value.last4 !== last4) return;
    const recent = this.#now() - (known.lastUsedAt ?? 0) < USE_NOTED_EVERY_MS;
    // Most calls: nothing new, and nothing to read.
    if (recent && conditionAfter(status, known.condition) === known.condition) return;
    await this.#noteAnswer(id, last4, status);
  }

  #noteAnswer(id: CredentialId, last4: string, status: number): Promise<void> {
    return this.#note(id, (record, known) => {
      if (record.value.last4 !== last4) return undefined;
      const { condition, ...rest } = known;
      const after = conditionAfter(status, condition);
      return { ...rest, lastUsedAt: this.#now(), ...(after ? { condition: after } : {}) };
    });
  }

  /** Counts what {@link removeAll} would remove, of this profile and others. */
  async inventory(): Promise<Inventory> {
    const keys = await this.#secrets.keys();
    const entries = await Promise.all(keys.filter((key) => key.startsWith(ENTRY)).map((key) => this.#secrets.get(key)));
    return {
      current: entries.filter((text) => text !== undefined && parseEntry(text)?.state !== 'revoked').length,
      retired: this.#retired.all().length,
    };
  }

  /** Removes every value, every retired value, every mark and all metadata. Throws when SecretStorage keeps one. */
  async removeAll(): Promise<void> {
    const ids = await this.#knownIds();
    try {
      await Promise.all(
        ids.map((id) =>
          this.#queue(id).run(async () => {
            await deleteChecked(this.#secrets, ENTRY + credentialKey(id));
            await deleteChecked(this.#secrets, RETIRED + credentialKey(id));
          }),
        ),
      );
      // What has our prefix and no name that we would give may hold a value all the same.
      for (const key of await this.#secrets.keys()) {
        if (key.startsWith(ENTRY) || key.startsWith(RETIRED)) await deleteChecked(this.#secrets, key);
      }
      await this.#index.clear();
      await this.#history.clear();
    } finally {
      await this.load();
    }
  }

  async #knownIds(): Promise<readonly CredentialId[]> {
    const stored = (await this.#secrets.keys()).map((key) =>
      key.startsWith(ENTRY) ? key.slice(ENTRY.length) : key.startsWith(RETIRED) ? key.slice(RETIRED.length) : '',
    );
    const names = new Set([...stored, ...this.#index.keys(), ...this.#records.keys()]);
    return [...names].flatMap((name) => parseCredentialKey(name) ?? []);
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

  /** A present value's old self must be retired before: never may it be unknown to the redactor. */
  async #write(
    id: CredentialId,
    entry: PresentEntry,
    findings: CredentialFindings,
    lastUsedAt?: number,
  ): Promise<void> {
    await storeChecked(this.#secrets, ENTRY + credentialKey(id), entryText(entry));
    const used = lastUsedAt === undefined ? {} : { lastUsedAt };
    await this.#index.set(id, { ...(await this.#metadataOf(entry)), ...used, ...findings });
  }

  async #metadataOf({ value, createdAt, rotatedAt }: PresentEntry): Promise<CredentialMetadata> {
    return {
      ...dates({ createdAt, rotatedAt }),
      last4: value.last4,
      fingerprint: fingerprintOf(await this.#fingerprintKey(), value),
    };
  }

  /** Asked for once: two who make it at the same time would each have a key of their own. */
  #fingerprintKey(): Promise<string> {
    this.#key ??= installationKey(this.#secrets, 'fingerprint').catch((error: unknown) => {
      this.#key = undefined;
      throw error;
    });
    return this.#key;
  }

  /** Changes metadata alone. The gateway learns nothing from it that it did not say itself, so nobody is told. */
  #note(
    id: CredentialId,
    change: (
      record: CredentialRecord & { state: 'present' },
      known: CredentialMetadata,
    ) => CredentialMetadata | undefined,
  ): Promise<void> {
    return this.#queue(id).run(async () => {
      const record = this.get(id);
      const known = this.#index.get(id);
      if (record?.state !== 'present' || !known) return;
      const after = change(record, known);
      if (!after) return;
      await this.#index.set(id, after);
      await this.#reconcile(id);
    });
  }

  async #reconcile(id: CredentialId): Promise<void> {
    const name = credentialKey(id);
    const entry = parseEntry(await this.#secrets.get(ENTRY + name));
    if (entry?.state === 'present' && !this.#index.get(id)) await this.#index.set(id, await this.#metadataOf(entry));
    const known = this.#index.get(id);
    if (entry?.state === 'present') {
      const { lastUsedAt, expiresAt, condition } = known ?? {};
      this.#records.set(name, {
        ...entry,
        id,
        ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
        ...(expiresAt === undefined ? {} : { expiresAt }),
        ...(condition === undefined ? {} : { condition }),
      });
    } else if (entry) {
      this.#records.set(name, { ...entry, id });
    } else if (known) {
      this.#records.set(name, { state: 'missing', id, last4: known.last4, createdAt: known.createdAt });
    } else {
      this.#records.delete(name);
    }
    await this.#retired.load(id);
  }

  #queue(id: CredentialId): SerialQueue {
    const name = credentialKey(id);
    const queue = this.#queues.get(name) ?? new SerialQueue();
    this.#queues.set(name, queue);
    return queue;
  }
}

function dates(of: { readonly createdAt: number; readonly rotatedAt: number | undefined }): {
  readonly createdAt: number;
  readonly rotatedAt?: number;
} {
  return of.rotatedAt === undefined
    ? { createdAt: of.createdAt }
    : { createdAt: of.createdAt, rotatedAt: of.rotatedAt };
}

/** 401 is a rejection until the next success; other failures say nothing about the credential. */
function conditionAfter(status: number, before: CredentialCondition | undefined): CredentialCondition | undefined {
  if (status === 401) return 'rejected';
  return status >= 200 && status < 300 ? undefined : before;
}
