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

/**
 * The audit log of one gateway run: JSON lines in `<start>-<run>-<part>.jsonl`, one hash chain over all parts. A
 * record is handed to the operating system before `record` returns, and synced to disk within 200 ms.
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
  #nextSeq = FIRST_SEQ;
  #prev = GENESIS;
  #syncTimer: NodeJS.Timeout | undefined;
  #failure: Error | undefined;

  constructor(options: AuditLogOptions) {
    this.#options = options;
    this.#start = new Date(options.now()).toISOString().replace(/[-:]|\.\d+/g, '');
  }

  /** Where the chain stands: what the host anchors. */
  get head(): { readonly seq: number; readonly hash: string } {
    return { seq: this.#nextSeq - 1, hash: this.#prev };
  }

  /** Appends one record. Throws {@link AuditWriteError}: then whatever it was about must not happen. */
  record(event: AuditEvent): AuditRecord {
    const time = new Date(this.#options.now()).toISOString();
    const position = { gatewayId: this.#options.gatewayId, seq: this.#nextSeq, time, prev: this.#prev };
    const { record, line } = sealRecord(event, position, sha256);
    const bytes = Buffer.from(`${line}\n`, 'utf8');
    try {
      this.#recover();
      writeAll(this.#open(time.slice(0, 10), bytes.length), bytes);
    } catch (error) {
      this.#dropPartialLine();
      throw new AuditWriteError('the audit log cannot be written', { cause: error });
    }
    this.#bytes += bytes.length;
    this.#nextSeq = record.seq + 1;
    this.#prev = record.hash;
    this.#syncTimer ??= setTimeout(() => this.#sync(), SYNC_AFTER_MS);
    return record;
  }

  /** The head, once everything up to it is on disk. Rejects when it cannot be synced: it is not to be anchored then. */
  async syncedHead(): Promise<{ readonly seq: number; readonly hash: string }> {
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
    clearTimeout(this.#syncTimer);
    if (this.#fd === undefined) return;
    fs.fsyncSync(this.#fd);
    fs.closeSync(this.#fd);
    this.#fd = undefined;
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
