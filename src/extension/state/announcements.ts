import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { readPlainFile } from '../../protocol/plainFile.ts';
import type { Clock } from '../ports.ts';

const schema = z.object({ until: z.number() });

/**
 * What one of all windows does for the others: a notification, a verification. Whoever makes the file does it; the file
 * says until when nobody does it again. It holds no name and no secret.
 */
export class Announcements {
  readonly #directory: string;
  readonly #now: Clock;

  constructor(directory: string, now: Clock) {
    this.#directory = directory;
    this.#now = now;
  }

  /** True for one window of all, and then for none until `forMs` are over. */
  async claim(what: string, forMs: number): Promise<boolean> {
    await fs.mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const file = this.#fileOf(what);
    if (await this.#make(file, forMs)) return true;
    if (!(await this.#takeAwayWhatIsOver(file))) return false;
    return this.#make(file, forMs);
  }

  /** Nobody does it before `forMs` are over. */
  async postpone(what: string, forMs: number): Promise<void> {
    await fs.mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await fs.rm(this.#fileOf(what), { force: true });
    await this.#make(this.#fileOf(what), forMs);
  }

  /** The file appears with its text in one step: a reader never finds it empty. */
  async #make(file: string, forMs: number): Promise<boolean> {
    const draft = path.join(this.#directory, `${randomUUID()}.tmp`);
    await fs.writeFile(draft, JSON.stringify({ until: this.#now() + forMs }), { mode: 0o600 });
    try {
      await fs.link(draft, file);
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
      throw error;
    } finally {
      await fs.rm(draft, { force: true });
    }
  }

  /** Two windows may find the same file over: what one of them took away must be what both read. */
  async #takeAwayWhatIsOver(file: string): Promise<boolean> {
    if ((await untilOf(file)) > this.#now()) return false;
    const aside = path.join(this.#directory, `${randomUUID()}.old`);
    try {
      await fs.rename(file, aside);
    } catch {
      return false;
    }
    const over = (await untilOf(aside)) <= this.#now();
    if (over) await fs.rm(aside, { force: true });
    else await fs.rename(aside, file);
    return over;
  }

  #fileOf(what: string): string {
    return path.join(this.#directory, createHash('sha256').update(what).digest('hex').slice(0, 32));
  }
}

/** What cannot be read is over. */
async function untilOf(file: string): Promise<number> {
  try {
    return schema.parse(JSON.parse(readPlainFile(file))).until;
  } catch {
    return 0;
  }
}
