import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import { readPlainFile } from '../../protocol/plainFile.ts';
import type { Clock } from '../util/ports.ts';

const schema = z.object({ until: z.number() });

/**
 * What one of all windows does for the others: a notification, a verification. Whoever makes the next file of a numbered
 * row does it; the newest file says until when nobody does it again. It holds no name and no secret.
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
    const last = await this.#last(what);
    if (last.until > this.#now()) return false;
    const own = this.#fileOf(what, last.number + 1);
    if (!(await this.#make(own, forMs))) return false;
    // Who was slow may have made one that others are past already.
    const newest = (await this.#last(what)).number === last.number + 1;
    await fs.rm(newest ? this.#fileOf(what, last.number) : own, { force: true });
    return newest;
  }

  /** Nobody does it before `forMs` are over. */
  async postpone(what: string, forMs: number): Promise<void> {
    const { number } = await this.#last(what);
    await this.#make(this.#fileOf(what, number + 1), forMs);
    await fs.rm(this.#fileOf(what, number), { force: true });
  }

  /** The newest file about it; number 0 is none. */
  async #last(what: string): Promise<{ readonly number: number; readonly until: number }> {
    await fs.mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const start = `${nameOf(what)}.`;
    const numbers = (await fs.readdir(this.#directory)).flatMap((name) =>
      name.startsWith(start) ? Number.parseInt(name.slice(start.length), 10) || 0 : [],
    );
    const number = Math.max(0, ...numbers);
    return { number, until: untilOf(this.#fileOf(what, number)) };
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

  #fileOf(what: string, number: number): string {
    return path.join(this.#directory, `${nameOf(what)}.${number}`);
  }
}

function nameOf(what: string): string {
  return createHash('sha256').update(what).digest('hex').slice(0, 32);
}

/** What cannot be read is over. */
function untilOf(file: string): number {
  try {
    return schema.parse(JSON.parse(readPlainFile(file))).until;
  } catch {
    return 0;
  }
}
