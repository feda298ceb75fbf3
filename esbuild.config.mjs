import { build } from 'esbuild';

/** The four bundles. `extension`, `gateway` and `proxy` go into the VSIX; `cli` does not. */
const bundles = [
  { name: 'extension', entry: 'src/extension/extension.ts', external: ['vscode'] },
  { name: 'gateway', entry: 'src/gateway/main.ts', external: [] },

  { name: 'proxy', entry: 'src/proxy/main.ts', external: [] },
  { name: 'cli', entry: 'src/cli/main.ts', external: [] },
];

await Promise.all(
  bundles.map(({ name, entry, external }) =>
    build({
      entryPoints: [entry],
      outfile: `dist/${name}.js`,
      bundle: true,
      minify: true,
      keepNames: false,
      platform: 'node',
      // The oldest Node that a supported VS Code runs: 22.19 in 1.105.
      target: 'node22.19',
      format: 'cjs',
      external,
      legalComments: 'none',
      sourcemap: false,
      logLevel: 'warning',
    }),
  ),
);
