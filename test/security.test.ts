import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..');
/** The title of each test in a file, as it stands in the source; `it.each(…)` may hold parentheses of its own. */
const TITLES =
  /\b(?:it|test)(?:\.each(?:<[^<>()]*>)?\((?:[^()]|\([^()]*\))*\))?(?:<[^>]*>)?\(\s*(['"`])((?:(?!\1).)+)\1/g;

// SECURITY.md ends with a table: each promise, and the test that fails without it.
describe("SECURITY.md's table", () => {
  const rows = [
    ...readFileSync(path.join(ROOT, 'SECURITY.md'), 'utf8').matchAll(/^\| (.+) \| `(test\/[^`]+)` › (.+) \|$/gm),
  ].map(([, promise = '', file = '', title = '']) => ({ promise, file, title }));

  it('has a row for every promise', () => {
    expect(rows.length).toBeGreaterThan(35);
  });

  it.each(rows)('names a test that exists: $promise', ({ file, title }) => {
    const full = path.join(ROOT, file);
    expect(existsSync(full), `${file} is missing`).toBe(true);
    const titles = [...readFileSync(full, 'utf8').matchAll(TITLES)].map(([, , text]) => text);
    expect(titles, `no test in ${file} is called "${title}"`).toContain(title);
  });
});
