import { randomBytes, webcrypto } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import { readPlainBytes, readPlainFile } from '../../../protocol/plainFile.ts';
import type { Clock } from '../../util/ports.ts';

/** One file as it was before a change of ours, and what the change made of it. */
export interface FileBefore {
  /** The file's address. */
  readonly uri: string;
  /** Its bytes before the change. */
  readonly bytes: Uint8Array;
  /** The text after the change, by which an undo sees that nobody changed it since. */
  readonly after: string;
}

/** A change that can be taken back. */
export interface Backup {
  /** Name of its folder, which begins with the time. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly files: readonly BackedUpFile[];
}

export interface BackedUpFile {
  readonly uri: string;
  /** Absolute path of the copy. */
  readonly copy: string;
  /** SHA-256 in hex of the text that the change left behind. */
  readonly after: string;
}

/** A backup did not read back as it was written, so the change that it was for must not happen. */
export class BackupNotSavedError extends Error {}

/** Copies may hold what was just moved to safety, so they do not stay for long: seven days. */
export const BACKUPS_RETAINED_MS = 7 * 24 * 60 * 60 * 1000;

const MANIFEST = 'manifest.json';
const schema = z.object({
  at: z.number(),
  files: z.array(z.object({ uri: z.string(), copy: z.string(), after: z.string() })),
});

/**
 * Copies of configuration files, made before Valet Key changes them: one folder for each change, 0700, each file 0600,
 * in the extension's own storage. Each copy is read back before anyone may rely on it.
 */
export class Backups {
  readonly #directory: string;
  readonly #now: Clock;

  /** @param directory absolute path; it is made when it is needed */
  constructor(directory: string, now: Clock) {
    this.#directory = directory;
    this.#now = now;
  }

  /** Throws {@link BackupNotSavedError}, or what the file system says. */
  async keep(files: readonly FileBefore[]): Promise<Backup> {
    const at = this.#now();
    const id = `${new Date(at).toISOString().replaceAll(/[:.]/g, '-')}-${randomBytes(3).toString('hex')}`;
    const folder = path.join(this.#directory, id);
    await fs.mkdir(folder, { recursive: true, mode: 0o700 });
    const kept: BackedUpFile[] = [];
    for (const [index, { uri, bytes, after }] of files.entries()) {
      const copy = path.join(folder, `${index + 1}-${baseName(uri)}`);
      await writePrivately(copy, bytes);
      if (Buffer.compare(await fs.readFile(copy), bytes) !== 0) throw new BackupNotSavedError(copy);
      kept.push({ uri, copy, after: await textHash(after) });
    }
    await writePrivately(path.join(folder, MANIFEST), Buffer.from(JSON.stringify({ at, files: kept })));
    return { id, at, files: kept };
  }

  /** What {@link keep} was given. */
  async read({ copy }: BackedUpFile): Promise<Uint8Array> {
    return readPlainBytes(copy);
  }

  /** The newest first. */
  async all(): Promise<readonly Backup[]> {
    const found = await Promise.all((await this.#names()).map((id) => this.#manifest(id)));
    return found.filter((backup) => backup !== undefined).sort((one, other) => (one.id < other.id ? 1 : -1));
  }

  async remove({ id }: Pick<Backup, 'id'>): Promise<void> {
    await fs.rm(path.join(this.#directory, id), { recursive: true, force: true });
  }

  /** Removes what is older than {@link BACKUPS_RETAINED_MS}, half-made ones included. */
  async sweep(): Promise<void> {
    for (const id of await this.#names()) {
      const { mtimeMs } = await fs.stat(path.join(this.#directory, id));
      if (this.#now() - mtimeMs > BACKUPS_RETAINED_MS) await this.remove({ id });
    }
  }

  async removeAll(): Promise<void> {
    for (const id of await this.#names()) await this.remove({ id });
  }

  async #names(): Promise<readonly string[]> {
    try {
      return await fs.readdir(this.#directory);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    }
  }

  async #manifest(id: string): Promise<Backup | undefined> {
    try {
      const text = readPlainFile(path.join(this.#directory, id, MANIFEST));
      return { id, ...schema.parse(JSON.parse(text)) };
    } catch {
      // Half-made, or not ours: nothing that could be put back.
      return undefined;
    }
  }
}

/** SHA-256 of a text, in hex; made off this thread, which a large file would hold up. */
export async function textHash(text: string): Promise<string> {
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', Buffer.from(text, 'utf8'))).toString('hex');
}

async function writePrivately(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await fs.open(file, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The file's own name as far as it is safe in a path. */
function baseName(uri: string): string {
  const name = uri.slice(uri.lastIndexOf('/') + 1).replaceAll(/[^A-Za-z0-9._-]/g, '_');
  return name.replace(/^\.+/, '').slice(-60) || 'file';
}
