// Every test there is, from a fresh clone: `npm test`. Needs Node 20 or newer, npm and git; for the end-to-end tests
// Linux x64. Stops at the first step that fails. The last line, `N passed, N failed`, counts the tests that ran; a step
// that broke without a failing test counts as one failure.
import path from 'node:path';
import { installEditor, runEndToEndSteadily } from './lib/endToEnd.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { ROOT } from './lib/repo.mjs';
import { Failure, run, step, tryNpm } from './lib/run.mjs';
import { steadily } from './lib/steadily.mjs';
import { requireLinux, runsEditors } from './lib/system.mjs';
import { counted, requireAllPassed, vitest } from './lib/vitest.mjs';

/** @typedef {import('./lib/vitest.mjs').Counts & { status: number | string }} Result */

/**
 * What the oldest supported editor sees: the whole way of a request, and the file that uses most of VS Code's own API (lenses,
 * quick fixes, diff editors, modal dialogs). The newest sees everything; all of it twice would take twice as long.
 * `npm run e2e -- --oldest` runs the others there, too.
 */
const OLDEST = ['skeleton', 'policy'];

const total = { passed: 0, failed: 0 };
try {
  await testEverything();
} catch (error) {
  process.exitCode = 1;
  total.failed = Math.max(total.failed, 1);
  console.error(error instanceof Failure ? `\n${error.message}\n` : error);
}
console.log(`${total.passed} passed, ${total.failed} failed`);

async function testEverything() {
  const node = await ensureInstalled();
  // The editors meanwhile: unit tests measure their own thread alone, and process tests have deadlines.
  await both(
    tests('lint, types and unit tests', () =>
      counted('check', (env) =>
        tryNpm(['run', 'check'], { cwd: ROOT, env: { ...env, VALETKEY_PROPERTY_RUNS: 'whole' } }),
      ),
    ),
    installEditors(node),
  );
  await step('build', () => run(node, ['esbuild.config.mjs'], { cwd: ROOT, what: 'the build' }));
  await tests('process tests', () =>
    steadily((file) =>
      counted(file === undefined ? 'process' : `process-${path.basename(file)}`, (env) =>
        vitest(
          node,
          ['--project', 'process', '--maxWorkers=2', ...(file === undefined ? [] : [path.relative(ROOT, file)])],
          env,
        ),
      ),
    ),
  );
  await step('fuzz', () => both(fuzz(node, ['answers', 'frames', 'messages']), fuzz(node, ['paths', 'policies'])));
  await step('package', () => run(node, ['scripts/package.mjs'], { cwd: ROOT, what: 'npm run package' }));
  requireLinux();
  await tests('end-to-end tests in the newest VS Code', () => runEndToEndSteadily(node, 'newest'));
  await tests('end-to-end tests in the oldest VS Code', () => runEndToEndSteadily(node, 'oldest', OLDEST));
}

/**
 * Waits until both have ended, whatever becomes of the other one.
 *
 * @param {Promise<void>} one
 * @param {Promise<void>} other
 */
async function both(one, other) {
  for (const result of await Promise.allSettled([one, other])) {
    if (result.status === 'rejected') throw result.reason;
  }
}

/** Where they cannot run, `requireLinux` says so once everything else is tested. @param {string} node */
async function installEditors(node) {
  if (!runsEditors()) return;
  await installEditor(node, 'newest');
  await installEditor(node, 'oldest');
}

/**
 * @param {string} node
 * @param {readonly string[]} doors
 */
async function fuzz(node, doors) {
  await run(node, ['--no-warnings', 'test/fuzz/fuzz.ts', ...doors, '--seconds', '12', '--seed', '1'], {
    cwd: ROOT,
    what: `the fuzz of ${doors.join(', ')}`,
  });
}

/**
 * @param {string} title
 * @param {() => Promise<Result>} work
 */
function tests(title, work) {
  return step(title, async () => {
    const result = await work();
    total.passed += result.passed;
    total.failed += result.failed;
    requireAllPassed(title, result);
  });
}
