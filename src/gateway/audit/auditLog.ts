import fs from 'node:fs';
import path from 'node:path';
import type { AuditEvent, AuditRecord } from '../../core/audit/auditEvent.ts';
import { FIRST_SEQ, GENESIS, sealRecord } from '../../core/audit/record.ts';
import { sha256 } from './auditFiles.ts';

/** The record could not be handed to the operating system. */
export class AuditWriteError extends Error {}

const SYNC_AFTER_MS = 200;
const LOOK_AFTER_MS = 100;
const MAX_PART_BYTES = 16 * 1024 * 1024;

export interface AuditLogOptions {
  readonly directory: string;
  readonly gatewayId: string;
  readonly now: () => number;
  /** Told when a sync failed; the next record then throws. */
  readonly onSyncError: (error: Error) => void;
}

/** Where the chain stands: behind which record, and what that is sealed with. */
interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** Records that are sealed, and are handed to the operating system all at once. */
interface Batch {
  readonly day: string;
  text: string;
  head: Head;
  /** Those who wait until they are. */
  readonly waiting: ((failure?: AuditWriteError) => void)[];
}

/**
 * The audit log of one gateway run: JSON lines in `<start>-<run>-<part>.jsonl`, one hash chain over all parts. A
 * record is handed to the operating system before `record` returns or what `recordSoon` returns resolves, and synced to
 * disk within 200 ms.
 */
export class AuditLog {
  readonly #options: AuditLogOptions;
  readonly #start: string;
  #part = 0;
  #day = '';
  #bytes = 0;
  #fd: number | undefined;
  #file = '';
  /** When the file's name was last looked up. */
  #lookedAt = 0;
  #head: Head = { seq: FIRST_SEQ - 1, hash: GENESIS };
  #batch: Batch | undefined;
  #syncTimer: NodeJS.Timeout | undefined;
  #failure: Error | undefined;

  constructor(options: AuditLogOptions) {
    this.#options = options;
    this.#start = new Date(options.now()).toISOString().replace(/[-:]|\.\d+/g, '');
  }

  /** Appends one record, behind those that wait. Throws {@link AuditWriteError}: then whatever it was about must not happen. */
  record(event: AuditEvent): AuditRecord {
    const { batch, record } = this.#seal(event);
    const failure = this.#write(batch);
    if (failure) throw failure;
    return record;
  }

  /**
   * Appends one record together with all others of the same turn of the event loop: with many calls at once, a system call
   * for each would cost more than to make the record. Rejects with {@link AuditWriteError}, as `record` throws.
   */
  recordSoon(event: AuditEvent): Promise<void> {
    const { batch } = this.#seal(event);
    return new Promise((resolve, reject) => {
      batch.waiting.push((failure) => (failure ? reject(failure) : resolve()));
    });
  }

  /** Where the file ends, and what the host anchors: what waits to be written may never be. */
  get head(): Head {
    return this.#head;
  }

  /** The head, once everything up to it is on disk. Rejects when it cannot be synced: it is not to be anchored then. */
  async syncedHead(): Promise<Head> {
    const { head } = this;
    const fd = this.#fd;
    // Parts before this one were synced when they were closed.
    if (fd !== undefined) {
      await new Promise<void>((resolve, reject) =>
        fs.fsync(fd, (error) => (error && error.code !== 'EBADF' ? reject(error) : resolve())),
      );
    }
    return head;
  }

  /** Syncs what is written and closes the file. */
  close(): void {
    if (this.#batch) this.#write(this.#batch);
    clearTimeout(this.#syncTimer);
    if (this.#fd === undefined) return;
    fs.fsyncSync(this.#fd);
    fs.closeSync(this.#fd);
    this.#fd = undefined;
  }

  /** Seals a record behind the last one, and has it written by the end of this turn. */
  #seal(event: AuditEvent): { readonly batch: Batch; readonly record: AuditRecord } {
    const { gatewayId, now } = this.#options;
    const time = new Date(now()).toISOString();
    const { seq, hash } = this.#batch?.head ?? this.#head;
    const { record, line } = sealRecord(event, { gatewayId, seq: seq + 1, time, prev: hash }, sha256);
    const batch = this.#batch ?? this.#begin(time.slice(0, 10));
    batch.text += `${line}\n`;
    batch.head = { seq: record.seq, hash: record.hash };
    return { batch, record };
  }

  #begin(day: string): Batch {
    const batch: Batch = { day, text: '', head: this.#head, waiting: [] };
    setImmediate(() => this.#write(batch));
    this.#batch = batch;
    return batch;
  }

  /** Writes what waits, if it was not written before. All of it is in the file then, or nothing. */
  #write(batch: Batch): AuditWriteError | undefined {
    if (batch !== this.#batch) return undefined;
    this.#batch = undefined;
    const failure = this.#append(batch);
    for (const settle of batch.waiting) settle(failure);
    return failure;
  }

  #append({ day, text, head }: Batch): AuditWriteError | undefined {
    const bytes = Buffer.from(text, 'utf8');
    try {
      this.#recover();
      writeAll(this.#open(day, bytes.length), bytes);
    } catch (error) {
      this.#dropPartialLine();
      return new AuditWriteError('the audit log cannot be written', { cause: error });
    }
    this.#bytes += bytes.length;
    this.#head = head;
    this.#syncTimer ??= setTimeout(() => this.#sync(), SYNC_AFTER_MS);
    return undefined;
  }

  #open(day: string, nextBytes: number): number {
    const full = this.#bytes > 0 && this.#bytes + nextBytes > MAX_PART_BYTES;
    if (this.#fd !== undefined && !full && this.#day === day && this.#isThere(this.#fd)) return this.#fd;
    if (this.#fd !== undefined) {
      fs.fsyncSync(this.#fd);
      fs.closeSync(this.#fd);
      this.#fd = undefined;
    }
    fs.mkdirSync(this.#options.directory, { recursive: true, mode: 0o700 });
    const part = String(this.#part + 1).padStart(4, '0');
    const file = path.join(this.#options.directory, `${this.#start}-${this.#options.gatewayId}-${part}.jsonl`);
    // O_EXCL makes the file ours: no link that somebody laid there before is followed (open(2)).
    this.#fd = fs.openSync(
      file,
      fs.constants.O_WRONLY | fs.constants.O_APPEND | fs.constants.O_CREAT | fs.constants.O_EXCL,
      0o600,
    );
    this.#file = file;
    this.#part++;
    this.#day = day;
    this.#bytes = 0;
    return this.#fd;
  }

  /** Somebody may have deleted the file or put another in its place: what is written to it then, nobody would find. */
  #isThere(fd: number): boolean {
    const now = this.#options.now();
    const open = fs.fstatSync(fd);
    if (open.nlink === 0) return false;
    if (now - this.#lookedAt < LOOK_AFTER_MS) return true;
    this.#lookedAt = now;
    const named = fs.lstatSync(this.#file, { throwIfNoEntry: false });
    return named?.ino === open.ino;
  }

  /** After a failed sync nothing is recorded until one succeeds again: the disk may be back. */
  #recover(): void {
    if (!this.#failure || this.#fd === undefined) return;
    fs.fsyncSync(this.#fd);
    this.#failure = undefined;
  }

  /** A full disk can take half a line; the next record must not be glued to it. */
  #dropPartialLine(): void {
    if (this.#fd === undefined) return;
    try {
      fs.ftruncateSync(this.#fd, this.#bytes);
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    }
  }

  #sync(): void {
    this.#syncTimer = undefined;
    if (this.#fd === undefined) return;
    fs.fsync(this.#fd, (error) => {
      // EBADF: the part was closed (and synced) in the meantime.
      if (!error || error.code === 'EBADF') return;
      this.#failure = error;
      this.#options.onSyncError(error);
    });
  }
}

function writeAll(fd: number, bytes: Buffer): void {
  let written = 0;
  while (written < bytes.length) written += fs.writeSync(fd, bytes, written);
}
