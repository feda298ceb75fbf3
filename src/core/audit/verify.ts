import { parseJson } from '../parseJson.ts';
import { type Phrase, phrase } from '../text/phrase.ts';
import type { AuditRecord } from './auditEvent.ts';
import { FIRST_SEQ, GENESIS, unsealLine } from './record.ts';
import type { AuditAnchor, AuditFinding, AuditFindingCode, AuditVerification } from './verification.ts';

const MAX_FINDINGS = 100;

type Place = Pick<AuditFinding, 'file' | 'line'>;

/**
 * Checks the hash chain of one gateway run, line by line, in constant memory: every record's own hash, its link to the
 * one before, its sequence number, and where the chain begins and ends.
 *
 * A run begins with sequence 1 and sixty-four zeros, or else with what a `pruned` record of the same run names: retention
 * first writes `removed: {gatewayId, seq, hash}` of the last record it will remove, waits until that is anchored, and only
 * then removes the files. Whoever deletes files would have to forge such a record, and against an anchor that shows: put
 * before the anchored record it changes that one's hash, and put after it, it vouches for nothing.
 *
 * After a finding the check goes on from the record at hand, so that one change gives one finding and later ones are
 * still found.
 */
export class ChainVerifier {
  readonly #sha256: (text: string) => string;
  readonly #anchor: AuditAnchor | undefined;
  readonly #problems: AuditFinding[] = [];
  readonly #notes: AuditFinding[] = [];
  #problemCount = 0;
  #records = 0;
  #place: Place = { file: '', line: 0 };
  #empty: Place | undefined;
  #gatewayId: string | undefined;
  /** The run's first record, when it is not the very first. */
  #lateStart: { readonly place: Place; readonly seq: number; readonly prev: string } | undefined;
  #vouchedBy: number | undefined;
  /** The record before; without `hash` when that is not known for certain. */
  #last: { readonly seq: number; readonly hash?: string } | undefined;
  #head: AuditAnchor | undefined;
  #time = '';
  #anchorSeen: 'same' | 'other' | undefined;
  #lines = 0;
  /** The last line that is no record: its finding, and which line of all it was. */
  #broken: { readonly finding: number; readonly line: number } | undefined;

  constructor(sha256: (text: string) => string, anchor?: AuditAnchor) {
    this.#sha256 = sha256;
    this.#anchor = anchor;
  }

  /** Lines after this belong to the part of that name. */
  beginPart(name: string): void {
    this.#empty = undefined;
    this.#place = { file: name, line: 0 };
  }

  line(text: string): void {
    this.#place = { file: this.#place.file, line: this.#place.line + 1 };
    if (this.#empty !== undefined) {
      this.#report('broken_line', phrase`the line is empty`, this.#empty);
      this.#empty = undefined;
    }
    if (text === '') {
      this.#empty = this.#place;
      return;
    }
    this.#lines += 1;
    const sealed = unsealLine(text);
    const record = sealed === undefined ? undefined : parseRecord(text);
    if (sealed === undefined || record === undefined) {
      this.#broken = { finding: this.#problems.length, line: this.#lines };
      this.#report('broken_line', phrase`the line is not a valid record: it was changed, cut or added`);
      this.#skipOne(FIRST_SEQ);
      return;
    }
    this.#records += 1;
    if (this.#sha256(sealed.text) !== sealed.hash) {
      this.#report('changed', phrase`record ${record.seq} was altered: its text does not match its hash`);
      this.#skipOne(record.seq);
      return;
    }
    this.#follow(record);
  }

  finish(): AuditVerification {
    this.#markCutLine();
    this.#checkStart();
    const tail = this.#checkTail();
    return {
      ok: this.#problemCount === 0,
      records: this.#records,
      problems: this.#problems,
      problemCount: this.#problemCount,
      notes: this.#notes,
      tail,
      ...(this.#gatewayId === undefined ? {} : { gatewayId: this.#gatewayId }),
      ...(this.#head === undefined ? {} : { head: this.#head }),
    };
  }

  /** Goes on behind a line that cannot be trusted, as if it stood where it should; the first one, at `start`. */
  #skipOne(start: number): void {
    this.#last = { seq: this.#last === undefined ? start : this.#last.seq + 1 };
    if (this.#last.seq === this.#anchor?.seq) {
      this.#anchorSeen ??= 'other';
    }
  }

  /** Checks a record that is whole in itself against what came before. */
  #follow(record: AuditRecord): void {
    this.#gatewayId ??= record.gatewayId;
    if (record.gatewayId !== this.#gatewayId) {
      this.#report('foreign', phrase`record ${record.seq} belongs to run ${record.gatewayId}`);
      return;
    }
    const last = this.#last;
    if (last === undefined) {
      if (record.seq !== FIRST_SEQ || record.prev !== GENESIS) {
        this.#lateStart = { place: this.#place, seq: record.seq, prev: record.prev };
      }
    } else if (record.seq <= last.seq) {
      this.#report('out_of_order', phrase`record ${record.seq} comes after record ${last.seq}`);
      return;
    } else if (record.seq > last.seq + 1) {
      const gone =
        record.seq === last.seq + 2
          ? phrase`record ${last.seq + 1} is missing before record ${record.seq}`
          : phrase`records ${last.seq + 1} to ${record.seq - 1} are missing before record ${record.seq}`;
      this.#report('missing', gone);
    } else if (last.hash !== undefined && record.prev !== last.hash) {
      this.#report(
        'relinked',
        phrase`record ${record.seq} does not follow record ${last.seq}: one of them was replaced`,
      );
    }
    if (record.time < this.#time) {
      this.#note(
        'clock_back',
        phrase`the clock went back from ${this.#time} to ${record.time} before record ${record.seq}`,
      );
    }
    this.#time = record.time;
    this.#last = { seq: record.seq, hash: record.hash };
    this.#head = { seq: record.seq, hash: record.hash };
    this.#checkAnchor(record);
    this.#checkPruned(record);
  }

  #checkAnchor(record: AuditRecord): void {
    if (record.seq !== this.#anchor?.seq) {
      return;
    }
    this.#anchorSeen = record.hash === this.#anchor.hash ? 'same' : 'other';
    if (this.#anchorSeen === 'other') {
      this.#report('rewritten', phrase`record ${record.seq} is not the one that was anchored: the log was recreated`);
    }
  }

  #checkPruned({ kind, seq, removed }: AuditRecord): void {
    const start = this.#lateStart;
    if (kind !== 'pruned' || start === undefined || removed === undefined || removed.gatewayId !== this.#gatewayId) {
      return;
    }
    if (removed.seq === start.seq - 1 && removed.hash === start.prev) {
      this.#vouchedBy ??= seq;
    }
  }

  #markCutLine(): void {
    const finding = this.#problems[this.#broken?.finding ?? -1];
    if (finding !== undefined && this.#broken?.line === this.#lines) {
      const message = phrase`the last line is incomplete: it was cut off, or the gateway was killed while writing it`;
      this.#problems[this.#problems.indexOf(finding)] = { ...finding, code: 'cut_line', message };
    }
  }

  #checkStart(): void {
    const start = this.#lateStart;
    if (start === undefined) {
      return;
    }
    if (this.#vouchedBy === undefined) {
      const message =
        start.seq > FIRST_SEQ
          ? phrase`the log begins with record ${start.seq}, records ${FIRST_SEQ} to ${start.seq - 1} are missing, and no pruned record explains it`
          : phrase`the log begins with record ${start.seq}, it was replaced, and no pruned record explains it`;
      this.#report('missing_start', message, start.place);
    } else if (this.#anchor !== undefined && this.#vouchedBy > this.#anchor.seq) {
      const message = phrase`only record ${this.#vouchedBy} says that the records before ${start.seq} were pruned, and it is newer than the anchor`;
      this.#report('start_not_anchored', message, start.place);
    }
  }

  #checkTail(): AuditVerification['tail'] {
    const anchor = this.#anchor;
    if (anchor === undefined) {
      return 'not anchored';
    }
    if (this.#anchorSeen === 'same' || (anchor.seq < FIRST_SEQ && anchor.hash === GENESIS)) {
      return 'anchored';
    }
    const end = this.#last?.seq ?? FIRST_SEQ - 1;
    if (this.#anchorSeen === undefined && end < anchor.seq) {
      const message =
        end < FIRST_SEQ
          ? phrase`no record is left, but record ${anchor.seq} was anchored: the newest records were cut off`
          : phrase`the log ends with record ${end}, but record ${anchor.seq} was anchored: the newest records were cut off`;
      this.#report('cut_tail', message);
      return 'cut';
    }
    if (this.#anchorSeen === undefined) {
      this.#report('rewritten', phrase`record ${anchor.seq}, which was anchored, is not in the log`);
    }
    return 'rewritten';
  }

  #report(code: AuditFindingCode, message: Phrase, place: Place = this.#place): void {
    this.#problemCount += 1;
    if (this.#problems.length < MAX_FINDINGS) {
      this.#problems.push({ ...place, code, message });
    }
  }

  #note(code: AuditFindingCode, message: Phrase): void {
    if (this.#notes.length < MAX_FINDINGS) {
      this.#notes.push({ ...this.#place, code, message });
    }
  }
}

/** A line as a record, when it has what the chain needs; undefined for anything else. Also for reading a trail. */
export function parseRecord(line: string): AuditRecord | undefined {
  const value = parseJson(line);
  return isRecord(value) ? value : undefined;
}

function isRecord(value: unknown): value is AuditRecord {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const { gatewayId, seq, time, id, kind, agent, prev, hash } = value as Record<string, unknown>;
  const texts = [gatewayId, time, id, kind, prev, hash].every((field) => typeof field === 'string');
  const named = typeof agent === 'object' && agent !== null && typeof (agent as { name?: unknown }).name === 'string';
  return texts && named && Number.isSafeInteger(seq);
}
