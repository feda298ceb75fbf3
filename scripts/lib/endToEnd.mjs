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
  await run(node, ['scripts/e2eSetup.mjs', version], { cwd: ROOT, what: `installing the ${version} editor` });
  await step('pack the driver extension', () => packDriver(node));
  return counted(`e2e-${version}`, (env) =>
    vitest(node, ['--config', 'test/e2e/vitest.config.mts', ...filter], { ...env, E2E_EDITOR: version }),
  );
}
