import { spawn } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_NODE, ROOT } from './repo.mjs';
import { Failure, npm, step } from './run.mjs';

/**
 * Makes sure that `node_modules` is what package-lock.json says, with `npm ci` where it is not.
 *
 * @returns {Promise<string>} the project's own Node
 */
export async function ensureInstalled() {
  if (!isInstalled()) {
    await step('npm ci', () =>
      npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: ROOT, what: 'npm ci' }),
    );
    if (!existsSync(PROJECT_NODE)) {
      throw new Failure(
        `npm ci left no Node in ${path.relative(ROOT, PROJECT_NODE)}: the install scripts did not run. Run npm ci without --ignore-scripts.`,
      );
    }
  }
  return PROJECT_NODE;
}

/**
 * Installs what is missing and makes sure that this script runs on the project's own Node: on another one it is run
 * again, with its arguments, until it ends.
 *
 * @param {string} script absolute path of the running script
 * @returns {Promise<boolean>} false if it was run again: then there is nothing left to do, and the exit status is set
 */
export async function onProjectNode(script) {
  const node = await ensureInstalled();
  if (realpathSync(process.execPath) === realpathSync(node)) return true;
  const child = spawn(node, [script, ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends Ctrl+C to both of us; the other one needs the time to clean up.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.exitCode = await new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
  return false;
}

/**
 * Compares with npm's own record of what it installed, not with times or a stamp: a checkout makes files newer
 * without changing them, and a needless `npm ci` takes the modules away under other running scripts.
 */
function isInstalled() {
  const record = path.join(ROOT, 'node_modules/.package-lock.json');
  if (!existsSync(PROJECT_NODE) || !existsSync(record)) return false;
  const wanted = packagesOf(path.join(ROOT, 'package-lock.json'));
  const installed = packagesOf(record);
  return Object.entries(wanted).every(([place, { version, integrity, optional }]) => {
    if (place === '') return true;
    const found = installed[place];
    // Optional packages are mostly other platforms' binaries.
    return found ? found.version === version && found.integrity === integrity : optional === true;
  });
}

/**
 * @param {string} lockFile
 * @returns {Record<string, { version?: string, integrity?: string, optional?: boolean }>}
 */
function packagesOf(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}
