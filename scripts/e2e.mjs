// Runs the end-to-end tests in a real VS Code. `npm run e2e [-- [NAME] [--oldest] [--no-package]]`
//   NAME          a test file (part of its name is enough) or a test's name; without it, all
//   --oldest      in the oldest supported VS Code instead of the newest
//   --no-package  with the valet-key.vsix that is there
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { packDriver } from './lib/driver.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { ROOT } from './lib/repo.mjs';
import { Failure, main, run, step } from './lib/run.mjs';
import { requireLinux } from './lib/system.mjs';
import { counted, requireAllPassed, vitest } from './lib/vitest.mjs';

await main(async () => {
  const { name, version, pack } = readArguments(process.argv.slice(2));
  requireLinux();
  const node = await ensureInstalled();
  await run(node, ['scripts/e2eSetup.mjs', version], { cwd: ROOT, what: 'the installation of the editor' });
  if (pack) await step('package', () => run(node, ['scripts/package.mjs'], { cwd: ROOT, what: 'npm run package' }));
  await packDriver(node);

  const files = readdirSync(path.join(ROOT, 'test/e2e')).filter((file) => file.endsWith('.test.ts'));
  const isFile = name === undefined || files.some((file) => file.includes(path.basename(name, '.test.ts')));
  const filter = name === undefined ? [] : isFile ? [path.basename(name, '.test.ts')] : ['--testNamePattern', name];
  const result = await counted(`e2e-${version}`, (env) =>
    vitest(node, ['--config', 'test/e2e/vitest.config.mts', ...filter], { ...env, E2E_EDITOR: version }),
  );
  // Vitest counts what a name leaves out as skipped.
  requireAllPassed(`e2e in the ${version} editor`, isFile ? result : { ...result, skipped: 0 });
});

/** @param {readonly string[]} words */
function readArguments(words) {
  const names = words.filter((word) => !word.startsWith('--'));
  const unknown = words.find((word) => word.startsWith('--') && !['--oldest', '--no-package'].includes(word));
  if (unknown || names.length > 1) {
    throw new Failure('Usage: npm run e2e [-- [NAME] [--oldest] [--no-package]]');
  }
  /** @type {import('./lib/editorFolders.mjs').EditorVersion} */
  const version = words.includes('--oldest') ? 'oldest' : 'newest';
  return { name: names[0], version, pack: !words.includes('--no-package') };
}
