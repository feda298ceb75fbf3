import path from 'node:path';
import { packDriver } from './driver.mjs';
import { ROOT } from './repo.mjs';
import { run, step } from './run.mjs';
import { counted, vitest } from './vitest.mjs';

/**
 * Installs an editor if it is not there and runs end-to-end tests in it, with the valet-key.vsix that is there.
 *
 * @param {string} node the project's
 * @param {import('./editorFolders.mjs').EditorVersion} version
 * @param {readonly string[]} [filter] arguments of `vitest run` that choose tests; default: all
 */
export async function runEndToEnd(node, version, filter = []) {
  await installEditor(node, version);
  await step('pack the driver extension', () => packDriver(node));
  return inEditor(node, version, filter, `e2e-${version}`);
}

/**
 * @param {string} node the project's
 * @param {import('./editorFolders.mjs').EditorVersion} version
 */
export function installEditor(node, version) {
  return run(node, ['scripts/e2eSetup.mjs', version], { cwd: ROOT, what: `installing the ${version} editor` });
}

/**
 * @param {string} node
 * @param {import('./editorFolders.mjs').EditorVersion} version
 * @param {readonly string[]} filter
 * @param {string} report
 */
function inEditor(node, version, filter, report) {
  return counted(report, (env) =>
    vitest(node, ['--config', 'test/e2e/vitest.config.mts', ...filter], { ...env, E2E_EDITOR: version }),
  );
}

/** So many files may fail and be run again; more are no accident of a busy machine. */
const MAY_FAIL = 3;

/**
 * As `runEndToEnd`, but a file that failed is run once more, by itself, in a new editor: what fails twice failed. A real editor
 * in a real browser loses a click now and then. Which files needed it is told on standard error.
 *
 * @param {string} node
 * @param {import('./editorFolders.mjs').EditorVersion} version
 * @param {readonly string[]} [filter]
 */
export async function runEndToEndSteadily(node, version, filter = []) {
  const result = await runEndToEnd(node, version, filter);
  if (result.files.size > MAY_FAIL || result.passed === 0) return result;
  let { status, passed, failed, skipped } = result;
  if (result.files.size > 0) status = 0;
  for (const [file, first] of result.files) {
    const name = path.basename(file);
    console.error(`\n${name} failed; it is run once more, by itself.\n`);
    const again = await inEditor(node, version, [name], `e2e-${version}-${name}`);
    if (again.status === 0) console.error(`\nunsteady: ${name} failed, and passed when it was run by itself.\n`);
    else status = again.status;
    passed += again.passed - first.passed;
    failed += again.failed - first.failed;
    skipped += again.skipped - first.skipped;
  }
  return { ...result, status, passed, failed, skipped };
}
