import * as z from 'zod/mini';
import { clientName } from '../../../core/audit/agentName.ts';
import { parseJson } from '../../../core/parseJson.ts';
import { SerialQueue } from '../../../core/serialQueue.ts';
import type { AgentAdmission } from '../../../gateway/control/controlPort.ts';
import type { ApprovalStore } from '../../state/approvalStore.ts';
import { Emitter } from '../../util/emitter.ts';
import type { Clock } from '../../util/ports.ts';

/** The entry that VS Code itself starts needs nobody's leave. */
export const EDITOR_ENTRY = 'vscode';

const schema = z.object({
  entries: z.array(z.string()),
  names: z.array(z.string()),
  frozen: z.array(z.string()),
});
type AgentRecord = z.infer<typeof schema>;

const NOBODY: AgentRecord = { entries: [], names: [], frozen: [] };
const ID = 'agents';

/** The part of {@link ApprovalStore} that is used: a signed text that windows share. */
export type SignedText = Pick<ApprovalStore, 'read' | 'write'>;

/**
 * Which agents the user allowed, connected and froze, by what they call themselves. Signed as approvals are, so that
 * no program that edits files adds itself; a record that was tampered with lets nobody call, VS Code's own agents
 * included, until the user allows one again.
 */
export class AgentStore {
  readonly #text: SignedText;
  readonly #now: Clock;
  readonly #queue = new SerialQueue();
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  #record = NOBODY;
  #broken = false;

  constructor(ports: { readonly text: SignedText; readonly now: Clock }) {
    this.#text = ports.text;
    this.#now = ports.now;
  }

  get admission(): AgentAdmission {
    const { entries, names, frozen } = this.#record;
    return { entries: this.#broken ? [] : [EDITOR_ENTRY, ...entries], names: clients(names), frozen: clients(frozen) };
  }

  /** Whether the record was changed or lost, so that every agent waits. */
  get broken(): boolean {
    return this.#broken;
  }

  load(): Promise<void> {
    return this.#queue.run(async () => {
      const { record, broken } = await this.#read();
      this.#become(record, broken);
    });
  }

  /** Ask the user first: this widens. */
  allow(name: string): Promise<void> {
    return this.#change((record) => ({ ...record, names: withItem(record.names, name) }));
  }

  /** An entry was written into a client's configuration. */
  connect(entry: string): Promise<void> {
    return this.#change((record) => ({ ...record, entries: withItem(record.entries, entry) }));
  }

  /** The agent is unknown again. */
  forget(what: { readonly entry?: string; readonly name?: string }): Promise<void> {
    return this.#change((record) => ({
      ...record,
      entries: record.entries.filter((entry) => entry !== what.entry),
      names: without(record.names, what.name),
    }));
  }

  /** In force at once, also when it cannot be kept. */
  freeze(name: string): Promise<void> {
    this.#become({ ...this.#record, frozen: withItem(this.#record.frozen, name) }, this.#broken);
    return this.#change((record) => ({ ...record, frozen: withItem(record.frozen, name) }));
  }

  /** Ask the user first: this widens. */
  unfreeze(name: string): Promise<void> {
    return this.#change((record) => ({ ...record, frozen: without(record.frozen, name) }));
  }

  #change(change: (record: AgentRecord) => AgentRecord): Promise<void> {
    return this.#queue.run(async () => {
      // Another window may have changed it, and a freeze of this window that was not kept stays.
      const { record } = await this.#read();
      const next = change({ ...record, frozen: union(record.frozen, this.#record.frozen) });
      await this.#text.write(ID, JSON.stringify(next), [], this.#now());
      this.#become(next, false);
    });
  }

  async #read(): Promise<{ record: AgentRecord; broken: boolean }> {
    const read = await this.#text.read(ID);
    if (read.kind === 'none') return { record: NOBODY, broken: false };
    const parsed = read.kind === 'approved' ? schema.safeParse(parseJson(read.text)) : undefined;
    return parsed?.success ? { record: parsed.data, broken: false } : { record: NOBODY, broken: true };
  }

  #become(record: AgentRecord, broken: boolean): void {
    if (JSON.stringify(record) === JSON.stringify(this.#record) && broken === this.#broken) return;
    this.#record = record;
    this.#broken = broken;
    this.#changed.fire();
  }
}

/** Earlier builds kept names with the entry's own at their end: see {@link clientName}. */
function clients(names: readonly string[]): string[] {
  return [...new Set(names.map(clientName))];
}

function without(names: readonly string[], gone: string | undefined): string[] {
  return names.filter((name) => gone === undefined || clientName(name) !== clientName(gone));
}

function withItem(list: readonly string[], item: string): string[] {
  return list.includes(item) ? [...list] : [...list, item];
}

function union(one: readonly string[], other: readonly string[]): string[] {
  return [...new Set([...one, ...other])];
}
