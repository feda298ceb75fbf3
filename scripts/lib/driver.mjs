import { cpSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DRIVER_VSIX, OUT, ROOT } from './repo.mjs';
import { packVsix } from './vsix.mjs';

/**
 * Builds and packs the tests' driver extension.
 *
 * @param {string} node the project's
 */
export async function packDriver(node) {
  const source = path.join(ROOT, 'test/e2e/support/driver');
  const folder = path.join(OUT, 'e2e-driver');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(path.join(source, 'package.json'), path.join(folder, 'package.json'));
  // Loaded late: before the first `npm ci` there is no esbuild.
  const { build } = await import('esbuild');
  await build({
    entryPoints: [path.join(source, 'extension.ts')],
    outfile: path.join(folder, 'extension.js'),
    bundle: true,
    platform: 'node',
    target: 'node22.19',
    format: 'cjs',
    external: ['vscode'],
    logLevel: 'warning',
  });
  await packVsix({ node, folder, file: DRIVER_VSIX, args: ['--skip-license', '--allow-missing-repository'] });
}
