import path from 'node:path';
import { packDriver } from './driver.mjs';
import { ROOT } from './repo.mjs';
import { run, step } from './run.mjs';
import { steadily } from './steadily.mjs';
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

/**
 * As `runEndToEnd`, but a file that failed is run once more, by itself, in a new editor.
 *
 * @param {string} node
 * @param {import('./editorFolders.mjs').EditorVersion} version
 * @param {readonly string[]} [filter]
 */
export function runEndToEndSteadily(node, version, filter = []) {
  return steadily((file) =>
    file === undefined
      ? runEndToEnd(node, version, filter)
      : inEditor(node, version, [path.basename(file)], `e2e-${version}-${path.basename(file)}`),
  );
}
