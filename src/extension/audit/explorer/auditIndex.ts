import fs from 'node:fs';
import path from 'node:path';
import type { AuditRecord } from '../../../core/audit/auditEvent.ts';
import { runStart } from '../../../core/audit/partName.ts';
import { parseRecord } from '../../../core/audit/verify.ts';
import type { SeenBodyType } from '../../../core/policy/decide/bodyType.ts';
import { auditRuns } from '../../../gateway/audit/auditFiles.ts';
import { READ_AT_ONCE } from '../../../protocol/plainFile.ts';
import { RESULTS, type ResultName } from './explorerMessages.ts';

/** One part of the trail and how much of it is indexed. */
interface Part {
  readonly name: string;
  /** Where the next look begins. */
  read: number;
}

/** A gateway starts a new part at 16 MB; what is much larger is none of its own. */
const MAX_PART_BYTES = 64 * 1024 * 1024;
const NEWLINE = 0x0a;
const SEEN_BODY_TYPES: readonly (SeenBodyType | undefined)[] = [undefined, 'json', 'form', 'other'];
const FIRST_CAPACITY = 1 << 16;

/**
 * An index of the trail, built part by part, the newest first. It knows for each record when and how and by whom, and
 * where its line is; whoever wants the record itself reads that line again. A million of them take some 40 MB.
 */
export class AuditIndex {
  readonly #directory: string;
  readonly #parts: Part[] = [];
  readonly #known = new Map<string, number>();
  readonly services = new Names();
  readonly agents = new Names();
  readonly requests = new Names();
  #times = new Float64Array(FIRST_CAPACITY);
  #results = new Uint8Array(FIRST_CAPACITY);
  #bodyTypes = new Uint8Array(FIRST_CAPACITY);
  #serviceOf = new Uint32Array(FIRST_CAPACITY);
  #agentOf = new Uint32Array(FIRST_CAPACITY);
  #requestOf = new Uint32Array(FIRST_CAPACITY);
  #partOf = new Uint32Array(FIRST_CAPACITY);
  #offsets = new Float64Array(FIRST_CAPACITY);
  #lengths = new Uint32Array(FIRST_CAPACITY);
  #count = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** When the oldest run began that is there, in milliseconds since the epoch; undefined without any. */
  get oldest(): number | undefined {
    const [first] = fs.existsSync(this.#directory) ? auditRuns(this.#directory) : [];
    return runStart(first?.parts[0] ?? '');
  }

  get count(): number {
    return this.#count;
  }

  /**
   * The parts that have something new to read, newest first. A part that begins before `since` may still have newer
   * records at its end, so parts are left out by when the next one of their run began.
   */
  unread(since: number): readonly string[] {
    const wanted: { readonly name: string; readonly start: number }[] = [];
    for (const run of fs.existsSync(this.#directory) ? auditRuns(this.#directory) : []) {
      for (const name of run.parts) {
        const stat = fs.lstatSync(path.join(this.#directory, name), { throwIfNoEntry: false });
        // Its last write: nothing in it is newer than that.
        if (!stat?.isFile() || stat.mtimeMs < since || stat.size > MAX_PART_BYTES) continue;
        const known = this.#known.get(name);
        const read = known === undefined ? 0 : (this.#parts[known]?.read ?? 0);
        if (read < stat.size) wanted.push({ name, start: stat.mtimeMs });
      }
    }
    return wanted.sort((a, b) => b.start - a.start).map(({ name }) => name);
  }

  /** Indexes what is new in one part. A line that is no record, or not whole yet, is passed over. */
  read(name: string): void {
    const at = this.#partNumber(name);
    const part = this.#parts[at];
    if (!part) return;
    const bytes = this.#bytesFrom(name, part.read);
    if (!bytes) return;
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      const record = parseRecord(bytes.toString('utf8', start, end));
      if (record) this.#add(record, at, part.read + start, end - start);
      start = end + 1;
    }
    part.read += start;
  }

  timeOf(i: number): number {
    return this.#times[i] ?? 0;
  }

  /** A position in RESULTS. */
  resultOf(i: number): number {
    return this.#results[i] ?? 0;
  }

  bodyTypeOf(i: number): SeenBodyType | undefined {
    return SEEN_BODY_TYPES[this.#bodyTypes[i] ?? 0];
  }

  serviceOf(i: number): number {
    return this.#serviceOf[i] ?? 0;
  }

  agentOf(i: number): number {
    return this.#agentOf[i] ?? 0;
  }

  requestOf(i: number): number {
    return this.#requestOf[i] ?? 0;
  }

  /** The records at these places; one that is gone or was changed meanwhile is left out. */
  records(places: readonly number[]): AuditRecord[] {
    const open = new Map<number, number>();
    try {
      return places.flatMap((i) => {
        const at = this.#partOf[i] ?? 0;
        const file = open.get(at) ?? this.#open(this.#parts[at]?.name ?? '');
        if (file === undefined) return [];
        open.set(at, file);
        const buffer = Buffer.alloc(this.#lengths[i] ?? 0);
        fs.readSync(file, buffer, 0, buffer.length, this.#offsets[i] ?? 0);
        return parseRecord(buffer.toString('utf8')) ?? [];
      });
    } finally {
      for (const file of open.values()) fs.closeSync(file);
    }
  }

  #partNumber(name: string): number {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    this.#parts.push({ name, read: 0 });
    this.#known.set(name, this.#parts.length - 1);
    return this.#parts.length - 1;
  }

  #bytesFrom(name: string, start: number): Buffer | undefined {
    const file = this.#open(name);
    if (file === undefined) return undefined;
    try {
      const buffer = Buffer.alloc(Math.max(0, Math.min(fs.fstatSync(file).size, MAX_PART_BYTES) - start));
      return buffer.subarray(0, fs.readSync(file, buffer, 0, buffer.length, start));
    } finally {
      fs.closeSync(file);
    }
  }

  /** Never through a link, and plain files only: something else in a part's place is for *Verify Audit Log* to tell. */
  #open(name: string): number | undefined {
    try {
      const file = fs.openSync(path.join(this.#directory, name), READ_AT_ONCE | fs.constants.O_NOFOLLOW);
      if (fs.fstatSync(file).isFile()) return file;
      fs.closeSync(file);
    } catch {
      // Retention took it, or a link lies there: as good as absent.
    }
    return undefined;
  }

  #add(record: AuditRecord, part: number, offset: number, length: number): void {
    const i = this.#count;
    if (i === this.#times.length) this.#grow();
    this.#times[i] = Date.parse(record.time);
    this.#results[i] = RESULTS.indexOf(resultOf(record));
    this.#bodyTypes[i] = SEEN_BODY_TYPES.indexOf(record.bodyType);
    this.#serviceOf[i] = this.services.number(record.service ?? '');
    this.#agentOf[i] = this.agents.number(record.agent.name);
    this.#requestOf[i] = this.requests.number(`${record.method ?? ''} ${record.path ?? ''}`.trim());
    this.#partOf[i] = part;
    this.#offsets[i] = offset;
    this.#lengths[i] = length;
    this.#count += 1;
  }

  #grow(): void {
    const wider = <T extends Float64Array | Uint32Array | Uint8Array>(old: T, fresh: T): T => {
      fresh.set(old);
      return fresh;
    };
    const length = this.#times.length * 2;
    this.#times = wider(this.#times, new Float64Array(length));
    this.#results = wider(this.#results, new Uint8Array(length));
    this.#bodyTypes = wider(this.#bodyTypes, new Uint8Array(length));
    this.#serviceOf = wider(this.#serviceOf, new Uint32Array(length));
    this.#agentOf = wider(this.#agentOf, new Uint32Array(length));
    this.#requestOf = wider(this.#requestOf, new Uint32Array(length));
    this.#partOf = wider(this.#partOf, new Uint32Array(length));
    this.#offsets = wider(this.#offsets, new Float64Array(length));
    this.#lengths = wider(this.#lengths, new Uint32Array(length));
  }
}

/** Texts that come up again and again, each with a number of its own. */
class Names {
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];

  number(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }

  name(number: number): string {
    return this.#names[number] ?? '';
  }

  /** The numbers of the names for which this holds. */
  matching(holds: (name: string) => boolean): ReadonlySet<number> {
    return new Set(this.#names.flatMap((name, number) => (holds(name) ? [number] : [])));
  }
}

function resultOf({ kind, status, result }: AuditRecord): ResultName {
  switch (kind) {
    case 'intent':
      return 'started';
    case 'outcome':
      return result === 'ok' || (status !== undefined && status < 400) ? 'answered' : 'failed';
    case 'denied':
      return 'blocked';
    default:
      return 'person';
  }
}
