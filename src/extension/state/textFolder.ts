import fs from 'node:fs/promises';
import path from 'node:path';
import type { TextFolderPort } from '../ports.ts';

/** A folder of the extension's own on the local disk, readable by this user alone. */
export function textFolder(directory: string): TextFolderPort {
  return {
    async read(name) {
      try {
        return await fs.readFile(path.join(directory, name), 'utf8');
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async write(name, text) {
      await fs.mkdir(directory, { recursive: true, mode: 0o700 });
      const temporary = path.join(directory, `${name}.${process.pid}.tmp`);
      await fs.writeFile(temporary, text, { mode: 0o600 });
      await fs.rename(temporary, path.join(directory, name));
    },
  };
}
