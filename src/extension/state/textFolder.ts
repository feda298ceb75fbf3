import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { readPlainFile } from '../../protocol/plainFile.ts';
import type { TextFolderPort } from '../util/ports.ts';

/** A folder of the extension's own on the local disk, readable by this user alone. */
export function textFolder(directory: string): TextFolderPort {
  return {
    async read(name) {
      try {
        return readPlainFile(path.join(directory, name));
      } catch {
        return undefined; // not there, or something that is not ours: whoever reads here closes without a text
      }
    },
    async write(name, text) {
      await fs.mkdir(directory, { recursive: true, mode: 0o700 });
      const temporary = path.join(directory, `${name}.${randomUUID()}.tmp`);
      await fs.writeFile(temporary, text, { mode: 0o600, flag: 'wx' });
      await fs.rename(temporary, path.join(directory, name));
    },
  };
}
