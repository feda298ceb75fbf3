// Builds and packs the extension into valet-key.vsix, and checks what went in. `npm run package`
import { statSync } from 'node:fs';
import { ensureInstalled } from './lib/install.mjs';
import { PRODUCT_VSIX, ROOT } from './lib/repo.mjs';
import { Failure, main, run, tryRun } from './lib/run.mjs';
import { listVsix, packVsix } from './lib/vsix.mjs';

const MAX_BYTES = 1_000_000;

/** The package, file by file: sources, tests and the command line stay out. */
const FILES = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'THIRD-PARTY-NOTICES.txt',
  'dist/explorer.css',
  'dist/explorer.js',
  'dist/extension.js',
  'dist/gateway.js',
  'dist/proxy.js',
  'dist/auditWorker.js',
  'media/icon.png',
  'media/valetKey.svg',
  'media/walkthrough/addService.svg',
  'media/walkthrough/audit.svg',
  'media/walkthrough/chat.svg',
  'media/walkthrough/freeze.svg',
  'media/walkthrough/services.svg',
  'package.json',
  'package.nls.json',
  'schemas/valetkey.schema.json',
];

await main(async () => {
  const node = await ensureInstalled();
  await run(node, ['esbuild.config.mjs'], { cwd: ROOT, what: 'the build' });
  const files = await listVsix({ node, folder: ROOT });
  const missing = FILES.filter((file) => !files.includes(file));
  const unexpected = files.filter((file) => !FILES.includes(file));
  if (missing.length > 0) throw new Failure(`The package lacks: ${missing.join(', ')}`);
  if (unexpected.length > 0) {
    throw new Failure(
      `The package would contain what is not on its list: ${unexpected.slice(0, 20).join(', ')}${unexpected.length > 20 ? ' …' : ''}\n` +
        'Leave it out in .vscodeignore, or put it on the list in scripts/package.mjs.',
    );
  }
  const warnings = await packVsix({ node, folder: ROOT, file: PRODUCT_VSIX, ...(await commitDate()) });
  if (warnings.length > 0) throw new Failure(`vsce warns; mend this first:\n${warnings.join('\n')}`);
  const { size } = statSync(PRODUCT_VSIX);
  if (size >= MAX_BYTES) {
    throw new Failure(
      `valet-key.vsix has ${size} bytes; the limit is ${MAX_BYTES}. Look for what grew: npx vsce ls --tree`,
    );
  }
  console.log(`valet-key.vsix: ${files.length} files, ${size} bytes`);
});

/**
 * The commit's date, so that whoever builds the same commit gets the same file, byte for byte. Empty without a repository.
 *
 * @returns {Promise<{ date?: string }>}
 */
async function commitDate() {
  const { status, output } = await tryRun('git', ['log', '-1', '--format=%ct'], { cwd: ROOT, quiet: true });
  return status === 0 ? { date: output.trim() } : {};
}
