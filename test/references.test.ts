import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..');
const FOLDERS = ['src', 'test', 'scripts', 'docs', 'examples'];

/** A program's or a page's name, with or without folders, that stands by itself: no part of an address or of a longer word. */
const NAMED = /(?<![\w.@/:*~…-])(?:[\w-]+\/)*[\w-][\w.-]*\.(?:ts|mts|mjs|md|jsonl)\b(?![\w/(-])/g;

/** A folder's, from the root. */
const FOLDER = /(?<![\w.@/:*~-])(?:src|test|scripts|docs|examples)\/(?:[\w-]+\/)+(?![\w*.])/g;

/** What stands for a name in an example. */
const PLACEHOLDER = /\b(?:NAME|FILE|LANGUAGE)\b/;

/** Files and folders below one, but for what is installed there. */
function below(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules')
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      return entry.isDirectory() ? [file, ...below(file)] : [file];
    });
}

const files = [...readdirSync(ROOT), ...FOLDERS.flatMap(below)];

/** Whether there is such a file: from the root, or the last part of a path, as `inject/inject.ts` is. */
function isThere(name: string): boolean {
  const normal = path.normalize(name);
  return files.some(
    (file) => file === normal || `${file}${path.sep}` === normal || file.endsWith(`${path.sep}${normal}`),
  );
}

/** The comments of a program, the whole of a page. */
function prose(file: string, text: string): string {
  if (file.endsWith('.md')) return text;
  return text
    .split('\n')
    .flatMap((line) => /(?:^\s*(?:\*|\/\*\*?|\/\/)|\s\/\/\s)(.*)$/.exec(line)?.[1] ?? [])
    .join('\n');
}

function missing(file: string, text: string): string[] {
  const read = prose(file, text).replace(/https?:\/\/\S+/g, '');
  const names = [...(read.match(NAMED) ?? []), ...(read.match(FOLDER) ?? [])];
  return names.filter((name) => !PLACEHOLDER.test(name) && !isThere(name)).map((name) => `${file}: ${name}`);
}

test('every file and folder that a comment or a page names is there', () => {
  const read = files.filter((file) => /\.(?:ts|mts|mjs|md)$/.test(file));
  expect(read.length).toBeGreaterThan(500);
  expect(read.flatMap((file) => missing(file, readFileSync(path.join(ROOT, file), 'utf8')))).toEqual([]);
});

test.each<[string, string, string[]]>([
  ['a.ts', '/** See gone/away.ts, and secret.ts. */', ['gone/away.ts']],
  ['a.ts', `const x = 1; ${'//'} as in docs/gone.md`, ['docs/gone.md']],
  ['a.ts', "const name = 'gone.ts';", []],
  ['a.ts', '// https://example.com/gone.md, and test/fuzz/kept/NAME.jsonl', []],
  ['page.md', 'It is in `src/core/gone.ts` and `src/core/secret.ts`.', ['src/core/gone.ts']],
  ['page.md', 'Below `src/core/gone/` and `src/core/`', ['src/core/gone/']],
])('in %s, %j names %j that are missing', (file, text, names) => {
  expect(missing(file, text)).toEqual(names.map((name) => `${file}: ${name}`));
});
