import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Named by `npm run corpus -- FOLDER`. */
const FOLDER = 'VALETKEY_CORPUS';

/** The text of a file of other projects' data, which is no part of this one. Without the folder, the file's own error says so. */
export function publicData(name: string): string {
  return readFileSync(path.join(process.env[FOLDER] ?? `the folder that ${FOLDER} names`, name), 'utf8');
}

export function publicLines(name: string): string[] {
  return publicData(name).split('\n').filter(Boolean);
}
