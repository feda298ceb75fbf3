import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import { errorCode } from '../../../core/errorText.ts';
import { isAlive } from '../../../protocol/isAlive.ts';
import { NotPlainFileError, readPlainFile } from '../../../protocol/plainFile.ts';
import type { Clock } from '../../util/ports.ts';
import { type CredentialId, credentialKey } from './credentialId.ts';

/** How long a renewal may take before another window goes on without it: a minute, as the gateway's port says. */
export const LEASE_MS = 60_000;

const schema = z.object({ id: z.string(), pid: z.int().check(z.positive()), at: z.number() });
type Held = z.infer<typeof schema>;

/**
 * Which window renews a credential: a file for each in global storage, which can be made once. It names a process and a
 * time and holds no secret. What a window left behind that ended or hangs is taken away by the next one.
 */
export class RenewalLocks {
  readonly #directory: string;
  readonly #now: Clock;
  readonly #pid: number;

  constructor(directory: string, now: Clock, pid: number = process.pid) {
    this.#directory = directory;
    this.#now = now;
    this.#pid = pid;
  }

  /** Undefined while somebody has it. Rejects when the folder cannot be written. */
  async tryTake(id: CredentialId): Promise<string | undefined> {
    await fs.mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const held: Held = { id: randomUUID(), pid: this.#pid, at: this.#now() };
    if (await this.#make(id, held)) return held.id;
    if (!(await this.#clearLeftover(id))) return undefined;
    return (await this.#make(id, held)) ? held.id : undefined;
  }

  /** Gives it back, unless another window took it away since. */
  async release(id: CredentialId, lock: string): Promise<void> {
    const text = await readIfThere(this.#fileOf(id));
    if (heldOf(text)?.id === lock) await fs.rm(this.#fileOf(id), { force: true });
  }

  /** The file appears with its text in one step: a reader never finds it empty. */
  async #make(id: CredentialId, held: Held): Promise<boolean> {
    const draft = path.join(this.#directory, `${held.id}.tmp`);
    await fs.writeFile(draft, JSON.stringify(held), { mode: 0o600 });
    try {
      await fs.link(draft, this.#fileOf(id));
      return true;
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false;
      throw error;
    } finally {
      await fs.rm(draft, { force: true });
    }
  }

  /** Whether there is nothing in the way any more. What was taken away and is somebody's after all is put back. */
  async #clearLeftover(id: CredentialId): Promise<boolean> {
    const file = this.#fileOf(id);
    const text = await readIfThere(file);
    if (text === undefined) return true;
    const held = heldOf(text);
    if (held && this.#now() - held.at < LEASE_MS && isAlive(held.pid)) return false;
    const aside = path.join(this.#directory, `${randomUUID()}.tmp`);
    try {
      await fs.rename(file, aside);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return true;
      throw error;
    }
    try {
      if ((await readIfThere(aside)) === text) return true;
      // Between looking and taking, another window had cleared it and taken the lock.
      await fs.link(aside, file).catch((error: unknown) => {
        if (errorCode(error) !== 'EEXIST') throw error;
      });
      return false;
    } finally {
      await fs.rm(aside, { force: true });
    }
  }

  #fileOf(id: CredentialId): string {
    return path.join(this.#directory, `${credentialKey(id).replace('/', '-')}.lock`);
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return readPlainFile(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    if (error instanceof NotPlainFileError) return ''; // nobody's, and cleared away as such
    throw error;
  }
}

function heldOf(text: string | undefined): Held | undefined {
  if (text === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
