import { open } from 'node:fs/promises';
import { errorCode } from '../../../core/errorText.ts';
import { READ_AT_ONCE } from '../../../protocol/plainFile.ts';

/** What stands at a path, where whoever may write there may have put anything. */
export type RegularFile =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'missing' }
  /** A folder, a device that never ends, or a pipe that nobody writes into. */
  | { readonly kind: 'not-regular' }
  | { readonly kind: 'too-large' };

/**
 * Reads a regular file. What was opened is what is looked at and read, so that nothing can take its place in between, and a
 * pipe is opened without waiting for whoever writes. Throws what the file system says.
 */
export async function readRegularFile(path: string, maxBytes: number): Promise<RegularFile> {
  try {
    const file = await open(path, READ_AT_ONCE);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) return { kind: 'not-regular' };
      return stat.size > maxBytes ? { kind: 'too-large' } : { kind: 'bytes', bytes: await file.readFile() };
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
    throw error;
  }
}
