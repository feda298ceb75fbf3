import fs from 'node:fs';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { errorText } from '../core/errorText.ts';

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

/** A file's text; a file that cannot be read is a usage error. */
export function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${errorText(error)}`);
  }
}

export function required(value: string | undefined, option: string): string {
  if (value === undefined) throw new UsageError(`${option} is missing.`);
  return value;
}
