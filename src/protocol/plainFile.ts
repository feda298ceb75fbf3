import fs from 'node:fs';

/** To open for reading; a pipe is opened at once, too (open(2)). Windows has neither pipes in folders nor the flag. */
export const READ_AT_ONCE = fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0);

/** Files of our own are a few kilobytes; none is larger than this, in bytes. */
const MAX_BYTES = 4 * 1024 * 1024;

/** What is there is no plain file, or larger than any that we would read. */
export class NotPlainFileError extends Error {}

/**
 * Reads a text that a program of this user may have put something else in the place of. Never waits for a pipe (a plain read
 * would hold up the event loop, or one of the few threads behind it, for as long as nobody writes) and never reads a device.
 * Throws {@link NotPlainFileError}, or what the file system says.
 */
export function readPlainFile(file: string): string {
  return readPlainBytes(file, MAX_BYTES).toString('utf8');
}

/** The same for bytes, `largest` of them at most. */
export function readPlainBytes(file: string, largest = Number.POSITIVE_INFINITY): Buffer {
  const handle = fs.openSync(file, READ_AT_ONCE);
  try {
    const stat = fs.fstatSync(handle);
    if (!stat.isFile()) throw new NotPlainFileError('This is not a regular file.');
    if (stat.size > largest) throw new NotPlainFileError('The file is too large.');
    return fs.readFileSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}
