import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './repo.mjs';

const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));

/**
 * The four bundles. `extension`, `gateway` and `proxy` go into the VSIX; `cli` does not.
 *
 * @type {readonly { readonly name: string, readonly entry: string, readonly external: readonly string[], readonly shipped: boolean }[]}
 */
export const BUNDLES = [
  { name: 'extension', entry: 'src/extension/extension.ts', external: ['vscode'], shipped: true },
  { name: 'gateway', entry: 'src/gateway/main.ts', external: [], shipped: true },
  { name: 'proxy', entry: 'src/proxy/main.ts', external: [], shipped: true },
  { name: 'cli', entry: 'src/cli/main.ts', external: [], shipped: false },
];

/**
 * How esbuild makes one of them.
 *
 * @param {typeof BUNDLES[number]} bundle
 * @returns {import('esbuild').BuildOptions}
 */
export function buildOptions({ name, entry, external }) {
  return {
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile: `dist/${name}.js`,
    bundle: true,
    minify: true,
    platform: 'node',
    // The oldest Node that a supported VS Code runs: 22.19 in 1.105.
    target: 'node22.19',
    format: 'cjs',
    external: [...external],
    // Prefer the ES modules of a package: they are split finer, so less of it is bundled.
    mainFields: ['module', 'main'],
    define: { VALETKEY_VERSION: JSON.stringify(version) },
    // Their licences are in THIRD-PARTY-NOTICES.txt.
    legalComments: 'none',
    logLevel: 'warning',
  };
}
