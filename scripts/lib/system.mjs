import { existsSync } from 'node:fs';
import path from 'node:path';
import { Failure, run, tryRun } from './run.mjs';

const BROWSERS = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser', 'microsoft-edge'];

/** Whether the editor of the end-to-end tests is built for this system. */
export function runsEditors() {
  return process.platform === 'linux' && process.arch === 'x64';
}

/** @throws {Failure} on anything but Linux x64, where the editor of the end-to-end tests does not run */
export function requireLinux() {
  if (runsEditors()) return;
  throw new Failure(
    `The end-to-end tests need Linux x64: they drive a VS Code that is built for it, and this is ${process.platform} ${process.arch}.\n` +
      'Use a Linux x64 machine or container. Everything else runs here with: npm run check',
  );
}

/**
 * A Chromium to drive: CHROME_PATH, or an installed Chrome, Chromium or Edge.
 *
 * @returns {string | undefined} absolute path
 */
export function findBrowser() {
  const named = process.env.CHROME_PATH;
  if (named) {
    if (existsSync(named)) return named;
    throw new Failure(`CHROME_PATH names ${named}, which does not exist. Correct it or unset it.`);
  }
  return BROWSERS.map(findProgram).find((found) => found !== undefined);
}

/**
 * @param {string} name
 * @returns {string | undefined} absolute path of the program in PATH
 */
export function findProgram(name) {
  const folders = (process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin').split(path.delimiter);
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
}

/**
 * Installs Debian packages, where that is possible without asking anybody.
 *
 * @param {readonly string[]} packages
 * @param {string} why what is missing and what else the user can do
 */
export async function installDebianPackages(packages, why) {
  const root = process.getuid?.() === 0;
  if (!root || !findProgram('apt-get')) {
    throw new Failure(
      `${why}\nOn Debian or Ubuntu: sudo apt-get install --no-install-recommends ${packages.join(' ')}`,
    );
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
  // Package lists may be there already, and fresh enough; updating them first is the slower way.
  if ((await tryRun('apt-get', install, { env, quiet: true })).status === 0) return;
  await run('apt-get', ['update', '-qq'], { env, quiet: true });
  await run('apt-get', install, { env, quiet: true });
}
