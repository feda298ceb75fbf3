// Builds and packs the extension into valet-key.vsix, and checks what went in. `npm run package`
import { statSync } from 'node:fs';
import { ensureInstalled } from './lib/install.mjs';
import { PRODUCT_VSIX, ROOT } from './lib/repo.mjs';
import { Failure, main, run } from './lib/run.mjs';
import { listVsix, packVsix } from './lib/vsix.mjs';

const MAX_BYTES = 1_000_000;

/** What an installed extension cannot do without. */
const REQUIRED = [
  'package.json',
  'package.nls.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'dist/extension.js',
  'dist/gateway.js',
  'dist/proxy.js',
];

/** All that may be in there: sources, tests and the command line stay out. */
const ALLOWED = [
  /^schemas\/[\w.-]+\.json$/,
  /^media\/[\w./-]+\.(svg|png|md|css|js)$/,
  /^l10n\/[\w.-]+\.json$/,
  /^package\.nls(\.[\w-]+)?\.json$/,
  /^docs\/[\w./-]+\.(md|png|svg)$/,
  /^(SECURITY|THIRD-PARTY-NOTICES)\.(md|txt)$/,
];

await main(async () => {
  const node = await ensureInstalled();
  await run(node, ['esbuild.config.mjs'], { cwd: ROOT, what: 'the build' });
  const files = await listVsix({ node, folder: ROOT });
  const missing = REQUIRED.filter((file) => !files.includes(file));
  const unexpected = files.filter((file) => !REQUIRED.includes(file) && !ALLOWED.some((pattern) => pattern.test(file)));
  if (missing.length > 0) throw new Failure(`The package lacks: ${missing.join(', ')}`);
  if (unexpected.length > 0) {
    throw new Failure(
      `The package would contain what does not belong there: ${unexpected.slice(0, 20).join(', ')}${unexpected.length > 20 ? ' …' : ''}\n` +
        'Leave it out in .vscodeignore, or allow it in scripts/package.mjs.',
    );
  }
  await packVsix({ node, folder: ROOT, file: PRODUCT_VSIX });
  const { size } = statSync(PRODUCT_VSIX);
  if (size >= MAX_BYTES) {
    throw new Failure(
      `valet-key.vsix has ${size} bytes; the limit is ${MAX_BYTES}. Look for what grew: npx vsce ls --tree`,
    );
  }
  console.log(`valet-key.vsix: ${files.length} files, ${size} bytes`);
});
