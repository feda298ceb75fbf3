import fs from 'node:fs';
import path from 'node:path';
import { readPlainBytes } from '../../../protocol/plainFile.ts';

/** A client's configuration as it is on disk at this moment. */
export interface ClientFile {
  /** Where it is named. */
  readonly named: string;
  /** Where it really is, links followed; changes go there, and the link stays. */
  readonly real: string;
  /** Undefined when there is no such file. */
  readonly text: string | undefined;
  /** Permission bits that a rewritten file keeps. */
  readonly mode: number;
}

/** Why a client's file cannot be changed. */
export class ClientFileError extends Error {
  readonly reason: 'no-file' | 'read-only' | 'not-text' | 'too-large' | 'changed';

  constructor(reason: ClientFileError['reason']) {
    super(`The file is ${reason}.`);
    this.reason = reason;
  }
}

/** Claude Code's file grows with its history; nobody's is this large. */
const MAX_BYTES = 32 * 1024 * 1024;

/** Reads it. Throws {@link ClientFileError} when something else than a text file is there. */
export function readClientFile(named: string): ClientFile {
  const real = realPath(named);
  const stat = fs.statSync(real, { throwIfNoEntry: false });
  if (!stat) return { named, real, text: undefined, mode: 0o600 };
  if (!stat.isFile()) throw new ClientFileError('no-file');
  if (stat.size > MAX_BYTES) throw new ClientFileError('too-large');
  const bytes = readPlainBytes(real, MAX_BYTES);
  const text = bytes.toString('utf8');
  // What does not survive being read would be damaged by being written.
  if (!Buffer.from(text, 'utf8').equals(bytes)) throw new ClientFileError('not-text');
  return { named, real, text, mode: stat.mode & 0o777 };
}

/** Also of a link whose target is missing yet. */
function realPath(named: string): string {
  try {
    return fs.realpathSync(named);
  } catch {
    const target = fs.lstatSync(named, { throwIfNoEntry: false })?.isSymbolicLink()
      ? fs.readlinkSync(named)
      : undefined;
    return target === undefined ? named : path.resolve(path.dirname(named), target);
  }
}

/**
 * Replaces the file's text in one step, if it still is as `before` says. `undefined` removes the file. Throws
 * {@link ClientFileError}: `changed` meanwhile, or `read-only`.
 */
export function replaceClientFile(before: ClientFile, text: string | undefined): void {
  if (readClientFile(before.named).text !== before.text) throw new ClientFileError('changed');
  // A renamed file goes past a read-only one's protection; whoever set it meant it.
  if (before.text !== undefined && !isWritable(before.real)) throw new ClientFileError('read-only');
  if (text === undefined) {
    fs.rmSync(before.real, { force: true });
    return;
  }
  fs.mkdirSync(path.dirname(before.real), { recursive: true, mode: 0o700 });
  const temporary = `${before.real}.${process.pid}.valet-key.tmp`;
  try {
    fs.writeFileSync(temporary, text, { mode: before.mode, flag: 'wx' });
    fs.chmodSync(temporary, before.mode);
    fs.renameSync(temporary, before.real);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

/** The mode counts as well as the right: to the superuser every file is writable. */
function isWritable(file: string): boolean {
  if ((fs.statSync(file).mode & 0o200) === 0) return false;
  try {
    fs.accessSync(file, fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Copies the text beside the file, for this user's eyes only, and gives the copy's path. */
export function backUp(file: ClientFile, at: Date): string {
  const stamp = at.toISOString().replaceAll(/[:.]/g, '-');
  const backup = `${file.real}.valet-key-backup-${stamp}`;
  fs.writeFileSync(backup, file.text ?? '', { mode: 0o600, flag: 'wx' });
  return backup;
}
