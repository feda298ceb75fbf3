import { readFileSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

/** The four bundles. `extension`, `gateway` and `proxy` go into the VSIX; `cli` does not. */
const bundles = [
  { name: 'extension', entry: 'src/extension/extension.ts', external: ['vscode'] },
  { name: 'gateway', entry: 'src/gateway/main.ts', external: [] },
  { name: 'proxy', entry: 'src/proxy/main.ts', external: [] },
  { name: 'cli', entry: 'src/cli/main.ts', external: [] },
];

const only = process.argv.slice(2);

await Promise.all(
  bundles
    .filter(({ name }) => only.length === 0 || only.includes(name))
    .map(({ name, entry, external }) =>
      build({
        entryPoints: [entry],
        outfile: `dist/${name}.js`,
        bundle: true,
        minify: true,
        platform: 'node',
        // The oldest Node that a supported VS Code runs: 22.19 in 1.105.
        target: 'node22.19',
        format: 'cjs',
        external,
        // Prefer the ES modules of a package: they are split finer, so less of it is bundled.
        mainFields: ['module', 'main'],
        define: { VALETKEY_VERSION: JSON.stringify(version) },
        legalComments: 'none',
        logLevel: 'warning',
      }),
    ),
);
