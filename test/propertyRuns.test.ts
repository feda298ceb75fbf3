import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

/** What `npm run check` runs of properties. */
const FOLDERS = ['core', 'extension', 'protocol'];

test('every property says by runs() how often it is tried', () => {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(path.join(import.meta.dirname, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => path.join(import.meta.dirname, folder, file)),
  );
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((file) => /numRuns: *\d/.test(readFileSync(file, 'utf8')))).toEqual([]);
});
