// Runs the end-to-end tests in a real VS Code. `npm run e2e [-- [NAME] [--oldest] [--no-package]]`
//   NAME          a test file (part of its name is enough) or a test's name; without it, all
//   --oldest      in the oldest supported VS Code instead of the newest
//   --no-package  with the valet-key.vsix that is there
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { runEndToEnd } from './lib/endToEnd.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { ROOT } from './lib/repo.mjs';
import { Failure, main, run, step } from './lib/run.mjs';
import { requireLinux } from './lib/system.mjs';
import { requireAllPassed } from './lib/vitest.mjs';

await main(async () => {
  const { name, version, pack } = readArguments(process.argv.slice(2));
  requireLinux();
  const node = await ensureInstalled();
  if (pack) await step('package', () => run(node, ['scripts/package.mjs'], { cwd: ROOT, what: 'npm run package' }));

  const file = fileFilter(name);
  const filter = file ?? ['--testNamePattern', name ?? ''];
  const result = await runEndToEnd(node, version, filter);
  // Vitest counts what a test's name leaves out as skipped.
  requireAllPassed(`end-to-end tests in the ${version} editor`, file ? result : { ...result, skipped: 0 });
});

/**
 * @param {string | undefined} name
 * @returns {string[] | undefined} undefined if it is not the name of a file
 */
function fileFilter(name) {
  if (name === undefined) return [];
  const part = path.basename(name).replace(/(\.test)?\.ts$/, '');
  const files = readdirSync(path.join(ROOT, 'test/e2e')).filter((file) => file.endsWith('.test.ts'));
  return files.some((file) => file.includes(part)) ? [part] : undefined;
}

/** @param {readonly string[]} words */
function readArguments(words) {
  const names = words.filter((word) => !word.startsWith('--'));
  const unknown = words.some((word) => word.startsWith('--') && !['--oldest', '--no-package'].includes(word));
  if (unknown || names.length > 1) throw new Failure('Usage: npm run e2e [-- [NAME] [--oldest] [--no-package]]');
  /** @type {import('./lib/editorFolders.mjs').EditorVersion} */
  const version = words.includes('--oldest') ? 'oldest' : 'newest';
  return { name: names[0], version, pack: !words.includes('--no-package') };
}
