import { unwatchFile, watchFile } from 'node:fs';
import { errorText } from '../../../core/errorText.ts';
import { phrase } from '../../../core/text/phrase.ts';
import type { Disposable } from '../../util/emitter.ts';
import type { PolicyRead } from './policySource.ts';
import { readRegularFile } from './regularFile.ts';

/** How often the file is looked at: 2 seconds. Its folder may not exist yet, so there is nothing else to watch. */
const LOOK_EVERY_MS = 2000;
/** A file this large is never a policy; the language's own cap is lower. */
const MAX_READ_BYTES = 1024 * 1024;

/**
 * Where an administrator puts the policy of a machine. Fixed for each platform: an environment variable or a setting is
 * something that whoever starts the editor, or an agent in it, could point elsewhere.
 */
export function administratorPath(platform: NodeJS.Platform): string {
  switch (platform) {
    case 'darwin':
      return '/Library/Application Support/Valet Key/policy.yaml';
    case 'win32':
      // What %ProgramData% is unless Windows was set up otherwise; the variable itself is anybody's to change.
      return 'C:\\ProgramData\\Valet Key\\policy.yaml';
    default:
      return '/etc/valet-key/policy.yaml';
  }
}

/** Reads the file whole. Anything but a plain file, or nothing at all, is unreadable: that closes, so it is never a guess. */
export async function readAdministratorFile(path: string): Promise<PolicyRead> {
  try {
    const read = await readRegularFile(path, MAX_READ_BYTES);
    switch (read.kind) {
      case 'missing':
        return read;
      case 'not-regular':
        return { kind: 'unreadable', why: phrase`This is not a regular file.` };
      case 'too-large':
        return { kind: 'unreadable', why: phrase`The file is larger than 256 KB.` };
      case 'bytes':
        return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(read.bytes) };
    }
  } catch (error) {
    if (error instanceof TypeError) return { kind: 'unreadable', why: phrase`The file is not UTF-8 text.` };
    return { kind: 'unreadable', why: phrase`The file cannot be read: ${errorText(error)}` };
  }
}

/** Calls back when the file was written, came or went. */
export function watchAdministratorFile(path: string, changed: () => void): Disposable {
  watchFile(path, { persistent: false, interval: LOOK_EVERY_MS }, changed);
  return { dispose: () => unwatchFile(path, changed) };
}
