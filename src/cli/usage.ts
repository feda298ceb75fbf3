import fs from 'node:fs';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { errorText } from '../core/errorText.ts';
import { readPlainFile } from '../protocol/plainFile.ts';

/** The call was not in form: exit status 2. */
export class UsageError extends Error {}

/** `parseArgs` of node:util with its errors as usage errors. */
export function parseOptions<T extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  options: T,
  allowPositionals = false,
): ReturnType<typeof parseArgs<{ options: T; allowPositionals: boolean; strict: true }>> {
  try {
    return parseArgs({ args, options, allowPositionals, strict: true });
  } catch (error) {
    throw new UsageError(errorText(error));
  }
}

/** No policy and no list of accepted findings is nearly as large, in bytes. */
const LARGEST = 4 * 1024 * 1024;

/** A file's text, which may come through a pipe (`<(…)` of a shell); one that cannot be read is a usage error. */
export function readText(file: string): string {
  return readable(file, () => readUpTo(file, LARGEST));
}

/** The same, of what must not be waited for: a pipe is a usage error, too. */
export function readTextAtOnce(file: string): string {
  return readable(file, () => readPlainFile(file));
}

function readable(file: string, read: () => string): string {
  try {
    return read();
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${errorText(error)}`);
  }
}

/** A device says no size and has no end, so what was read is counted. */
function readUpTo(file: string, largest: number): string {
  const handle = fs.openSync(file, 'r');
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for (;;) {
      const chunk = Buffer.alloc(64 * 1024);
      const length = fs.readSync(handle, chunk);
      if (length === 0) return Buffer.concat(chunks).toString('utf8');
      size += length;
      if (size > largest) throw new Error('The file is too large.');
      chunks.push(chunk.subarray(0, length));
    }
  } finally {
    fs.closeSync(handle);
  }
}

export function required(value: string | undefined, option: string): string {
  if (value === undefined) throw new UsageError(`${option} is missing.`);
  return value;
}
