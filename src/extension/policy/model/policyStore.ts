import { isDeepStrictEqual } from 'node:util';
import type { PolicyChange } from '../../../core/policy/compare/policyChange.ts';
import { samePolicy } from '../../../core/policy/compare/samePolicy.ts';
import { lockedText } from '../../../core/policy/edit/lockedText.ts';
import type { Policy, PolicyDocument } from '../../../core/policy/model/policy.ts';
import { SerialQueue } from '../../../core/serialQueue.ts';
import type { Phrase } from '../../../core/text/phrase.ts';
import type { PolicyFile } from '../../../gateway/control/controlPort.ts';
import { PolicyTimeoutError } from '../../../policyWorker/policyParser.ts';
import { type Approval, type ApprovalStore, fileName } from '../../state/approvalStore.ts';
import { Emitter } from '../../util/emitter.ts';
import type { Clock, TextFolderPort } from '../../util/ports.ts';
import type { PolicyLanguage } from './policyLanguage.ts';
import type { PolicyRead, PolicySource } from './policySource.ts';
import { hasName, namesOf, withReleases } from './releases.ts';

/** One policy file as this window sees it. */
export interface PolicyEntry {
  readonly id: string;
  readonly label: string;
  readonly disk: 'missing' | 'valid' | 'invalid';
  /** Why a file that is there cannot be read at all. */
  readonly unreadable?: Phrase;
  /** The text on disk, valid or not. */
  readonly text?: string;
  /** The last valid text that was on disk; absent when the file is missing or never was valid. */
  readonly written?: string;
  readonly writtenPolicy?: Policy;
  readonly approval: Approval;
  /** What is approved; absent when nothing is. */
  readonly approvedPolicy?: Policy;
  /** Names of the upstream MCP servers that both the approved and the written text have; absent for none. */
  readonly servers?: readonly string[];
  /** Services and servers that were approved and that the file names no longer: closed, also for other files. Absent for none. */
  readonly closed?: readonly string[];
  /**
   * What waits for the user. What comes back was approved at `approval.at`. Of a missing file: that it closes no other
   * file's services any more.
   */
  readonly pending: readonly PolicyChange[];
}

export interface PolicyStorePorts {
  readonly approvals: ApprovalStore;
  /** Where the last valid texts are kept. */
  readonly lastValid: TextFolderPort;
  readonly language: PolicyLanguage;
  readonly now: Clock;
  log(level: 'info' | 'warn' | 'error', message: string): void;
}

/** A text that names nothing. */
const NOTHING = 'services: {}\n';

/** The file changed between the review and the click: what was shown is not what would be approved. */
export class ChangedSinceReviewError extends Error {}

/**
 * What is active: approved *and* written (docs/policy.md). A valid save strikes from the approved text what it no
 * longer allows, and the result is kept before anyone is told of the save, so that no later save brings it back.
 * Everything that concerns one book runs in order.
 */
export class PolicyStore {
  readonly #ports: PolicyStorePorts;
  readonly #queue = new SerialQueue();
  readonly #entries = new Map<string, PolicyEntry>();
  /** What this window's last strike left of each approval, and when the user gave that. */
  readonly #narrowedHere = new Map<string, { readonly text: string; readonly at: number }>();
  readonly #changed = new Emitter<void>();
  /** What editors saved, and files were for a moment, that has not been looked at yet. */
  readonly #unlooked: { readonly id: string; readonly text: string }[] = [];
  /** Ends the wait for files that keep changing. */
  #hurry = new AbortController();
  #sources: readonly PolicySource[] = [];
  #signature = '';
  readonly onDidChange = this.#changed.event;

  constructor(ports: PolicyStorePorts) {
    this.#ports = ports;
  }

  entries(): readonly PolicyEntry[] {
    return withReleases(this.#sources.flatMap((source) => this.#entries.get(source.id) ?? []));
  }

  get(id: string): PolicyEntry | undefined {
    return this.entries().find((entry) => entry.id === id);
  }

  /** What the gateway is told. */
  files(): readonly PolicyFile[] {
    return this.entries().map(policyFileOf);
  }

  /** Replaces the files that count in this window, and reads them. */
  setSources(sources: readonly PolicySource[]): Promise<void> {
    return this.#run(async () => {
      this.#sources = sources;
      await Promise.all(sources.map((source) => this.#refresh(source)));
      this.#fireIfChanged();
    });
  }

  /**
   * An editor saved `text` to this file. It counts before the file is looked at: a program that puts the old text back at
   * once brings back nothing of what the save took away, and one that never lets the file settle delays it by nothing.
   */
  async saved(id: string, text: string): Promise<void> {
    this.#unlooked.push({ id, text });
    this.#hurry.abort();
    this.#hurry = new AbortController();
    // All of them: the wait for the others ended, too.
    await this.refresh();
  }

  /** Reads one file again, or all of them, together with their approvals. Asked for any number of times, it waits once. */
  refresh(id = ''): Promise<void> {
    return this.#queue.runOnce(id, () =>
      this.#afterSaves(async () => {
        const concerned = this.#sources.filter((source) => id === '' || source.id === id);
        await Promise.all(concerned.map((source) => this.#refresh(source)));
        this.#fireIfChanged();
      }),
    );
  }

  /**
   * Approves exactly `text`, which the user was shown. Throws {@link ChangedSinceReviewError} when the file is no
   * longer that text.
   */
  approve(id: string, text: string): Promise<void> {
    return this.#run(async () => {
      const source = this.#source(id);
      const read = await source.read();
      if (read.kind !== 'text' || read.text !== text) {
        throw new ChangedSinceReviewError(`${source.label} changed while it was being reviewed.`);
      }
      await this.#approve(id, text);
      await this.#refresh(source);
      this.#fireIfChanged();
    });
  }

  /**
   * Forgets what was approved of a file that is missing, so that it closes nothing any more: if it comes back, all of it
   * waits for the user. Throws {@link ChangedSinceReviewError} when the file is there again.
   */
  discardApprovals(id: string): Promise<void> {
    return this.#run(async () => {
      const source = this.#source(id);
      if ((await source.read()).kind !== 'missing') {
        throw new ChangedSinceReviewError(`${source.label} came back while it was being reviewed.`);
      }
      await this.#approve(id, NOTHING);
      await this.#refresh(source);
      this.#fireIfChanged();
    });
  }

  /**
   * A change that the user made through one of our own dialogs: it is approved by that act, and nothing else that the
   * file has is. `change` is applied to the approved text, or, where the written one says the very same, to that, so that
   * the two stay the same to the letter; `write` changes the file, whose present text it gets.
   */
  approveOwnChange(
    id: string,
    change: (approved: string | undefined) => string,
    write: (written: string | undefined) => Promise<void>,
  ): Promise<void> {
    return this.#run(async () => {
      const source = this.#source(id);
      await this.#refresh(source);
      const { approval, approvedPolicy, writtenPolicy, ...file } = this.#entry(id);
      const before = approval.kind === 'approved' ? approval : undefined;
      const same = file.disk === 'valid' && samePolicy(approvedPolicy, writtenPolicy);
      await this.#approve(id, change(same ? file.text : before?.text));
      try {
        await write(file.text);
      } catch (error) {
        // What could not be written must not stay approved: it would act once something else writes it.
        if (before) await this.#ports.approvals.write(id, before.text, before.services, before.at, before.once);
        else await this.#approve(id, NOTHING);
        throw error;
      }
      await this.#refresh(source);
      this.#fireIfChanged();
    });
  }

  async #approve(id: string, text: string): Promise<void> {
    const { policy } = await this.#parse(text, this.#entries.get(id));
    if (!policy) throw new Error('A text with errors cannot be approved.');
    this.#narrowedHere.delete(id);
    await this.#ports.approvals.write(id, text, [...policy.services.keys()], this.#ports.now());
  }

  #run<T>(task: () => Promise<T>): Promise<T> {
    return this.#queue.run(() => this.#afterSaves(task));
  }

  /** What an editor saved goes before whatever is next. */
  async #afterSaves<T>(task: () => Promise<T>): Promise<T> {
    for (const { id, text } of this.#unlooked.splice(0)) {
      const source = this.#sources.find((candidate) => candidate.id === id);
      if (!source) continue;
      await this.#take(source, { kind: 'text', text });
      this.#fireIfChanged();
    }
    return task();
  }

  /** A save ends it before its time, and looks at all files again. */
  async #refresh(source: PolicySource): Promise<void> {
    const { signal } = this.#hurry;
    const { passing = [], ...read } = await source.read(signal);
    for (const text of passing) {
      if (signal.aborted) this.#unlooked.push({ id: source.id, text });
      else await this.#take(source, { kind: 'text', text });
    }
    if (!signal.aborted && read.kind !== 'unsettled') await this.#take(source, read);
  }

  /** What follows from what the file is now, or was for a moment. */
  async #take(source: PolicySource, read: PolicyRead): Promise<void> {
    const before = this.#entries.get(source.id);
    const text = read.kind === 'text' ? read.text : undefined;
    const policy = text === undefined ? undefined : (await this.#parse(text, before)).policy;
    const known = await this.#approval(source);
    const saved = text !== undefined && policy ? await this.#compare(source, known, text, before) : undefined;
    const written = saved && text !== undefined && policy ? { text, policy } : undefined;
    if (written && written.text !== before?.written) {
      await this.#ports.lastValid.write(fileName(source.id), written.text);
    }
    const missing = read.kind === 'missing';
    const valid = missing ? undefined : (written ?? (await this.#lastValid(source.id, before)));
    const approval = saved?.approval ?? known;
    const approved = await this.#approvedPolicy(approval, valid, before);
    const servers = [...(approved?.servers.keys() ?? [])].filter((name) => valid?.policy.servers.has(name));
    const names = approval.kind === 'broken' ? approval.services : namesOf(approved);
    // A file with errors is there: whoever corrects it says what it names.
    const closed = missing || written ? names.filter((name) => !hasName(valid?.policy, name)) : [];
    this.#entries.set(source.id, {
      id: source.id,
      label: source.label,
      disk: missing ? 'missing' : written ? 'valid' : 'invalid',
      ...(read.kind === 'unreadable' ? { unreadable: read.why } : {}),
      ...(text === undefined ? {} : { text }),
      ...(valid ? { written: valid.text, writtenPolicy: valid.policy } : {}),
      approval,
      ...(approved ? { approvedPolicy: approved } : {}),
      ...(servers.length > 0 ? { servers } : {}),
      ...(closed.length > 0 ? { closed } : {}),
      pending: saved?.pending ?? [],
    });
  }

  async #approvedPolicy(
    approval: Approval,
    valid: { readonly text: string; readonly policy: Policy } | undefined,
    before: PolicyEntry | undefined,
  ): Promise<Policy | undefined> {
    if (approval.kind !== 'approved') return undefined;
    if (before?.approvedPolicy && textOf(before.approval) === approval.text) return before.approvedPolicy;
    return approval.text === valid?.text ? valid.policy : (await this.#ports.language.parse(approval.text)).policy;
  }

  async #approval(source: PolicySource): Promise<Approval> {
    const approval = await this.#ports.approvals.read(source.id);
    if (approval.kind === 'broken') {
      this.#ports.log(
        'warn',
        `The approved version of ${source.label} was changed or lost, so nothing in the file is approved.`,
      );
    }
    return approval;
  }

  /**
   * What a valid save makes of the approval, and what of it waits for the user. Undefined when the texts cannot be
   * compared in time: the save then counts as one with errors.
   */
  async #compare(
    source: PolicySource,
    known: Approval,
    text: string,
    before: PolicyEntry | undefined,
  ): Promise<Pick<PolicyEntry, 'approval' | 'pending'> | undefined> {
    // What was compared already comes to the same.
    if (before?.disk === 'valid' && before.text === text && isDeepStrictEqual(before.approval, known)) return before;
    try {
      const approval = await this.#narrowed(source, await this.#asNarrowedHere(source.id, known), text);
      const { language } = this.#ports;
      const pending =
        approval.kind === 'approved'
          ? await language.changes(approval.text, text, approval.once)
          : await language.changes(undefined, text);
      return { approval, pending };
    } catch (error) {
      if (!(error instanceof PolicyTimeoutError)) throw error;
      this.#ports.log(
        'warn',
        `${source.label} takes too long to compare with the approved version, so the approved version stays active.`,
      );
      return undefined;
    }
  }

  async #parse(text: string, before: PolicyEntry | undefined): Promise<PolicyDocument> {
    if (before?.writtenPolicy && before.written === text) return { text, problems: [], policy: before.writtenPolicy };
    return this.#ports.language.parse(text);
  }

  /** The last text that was valid, which outlives a restart. */
  async #lastValid(
    id: string,
    before: PolicyEntry | undefined,
  ): Promise<{ readonly text: string; readonly policy: Policy } | undefined> {
    if (before?.written !== undefined && before.writtenPolicy)
      return { text: before.written, policy: before.writtenPolicy };
    const kept = await this.#ports.lastValid.read(fileName(id));
    if (kept === undefined) return undefined;
    const { policy } = await this.#ports.language.parse(kept);
    return policy ? { text: kept, policy } : undefined;
  }

  /** The approval after the valid text `written` struck what it no longer allows; kept before it is returned. */
  async #narrowed(source: PolicySource, approval: Approval, written: string): Promise<Approval> {
    if (approval.kind !== 'approved') return approval;
    const text = await this.#ports.language.narrow(approval.text, written);
    if (text === approval.text) return approval;
    const once = approval.once ?? approval.text;
    await this.#ports.approvals.write(source.id, text, approval.services, approval.at, once);
    this.#narrowedHere.set(source.id, { text, at: approval.at });
    return { ...approval, text, once };
  }

  /**
   * The approval without what this window struck of it since the user's word. Another window, which struck something else
   * at the same moment, may have written the rest back.
   */
  async #asNarrowedHere(id: string, approval: Approval): Promise<Approval> {
    const narrowing = this.#narrowedHere.get(id);
    if (approval.kind !== 'approved' || narrowing?.at !== approval.at || narrowing.text === approval.text)
      return approval;
    return this.#narrowed(this.#source(id), approval, narrowing.text);
  }

  /** Looking again at files that stayed the same disturbs nobody. */
  #fireIfChanged(): void {
    const signature = JSON.stringify(this.entries().map(withoutPolicies));
    if (signature === this.#signature) return;
    this.#signature = signature;
    this.#changed.fire();
  }

  #entry(id: string): PolicyEntry {
    const entry = this.#entries.get(id);
    if (!entry) throw new Error('This policy file has not been read yet.');
    return entry;
  }

  #source(id: string): PolicySource {
    const source = this.#sources.find((candidate) => candidate.id === id);
    if (!source) throw new Error('This policy file is not part of this window.');
    return source;
  }
}

function withoutPolicies({ writtenPolicy, approvedPolicy, ...rest }: PolicyEntry): object {
  return rest;
}

function textOf(approval: Approval): string | undefined {
  return approval.kind === 'approved' ? approval.text : undefined;
}

function policyFileOf(entry: PolicyEntry): PolicyFile {
  const { id, label, approval } = entry;
  if (approval.kind === 'broken') return { id, label, approved: lockedText(approval.services), grants: true };
  return {
    id,
    label,
    ...(approval.kind === 'approved' ? { approved: approval.text } : {}),
    ...(entry.written === undefined ? {} : { written: entry.written }),
    // A workspace file only restricts until the user approved it once.
    grants: id === 'user' || approval.kind === 'approved',
  };
}
