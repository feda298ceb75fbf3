import { statSync } from 'node:fs';
import path from 'node:path';
import { ensureInstalled } from './lib/install.mjs';
import { Failure, main } from './lib/run.mjs';
import { counted, requireAllPassed, vitest } from './lib/vitest.mjs';

/**
 * `npm run corpus -- FOLDER`: holds the product to data of other projects, which is no part of this one. FOLDER has
 * configurations in `mcp-configs/`, path lists, and `routes.txt` of Stripe and GitHub; test/thirdParty says which files. What this protects has a small copy of our own in
 * test/corpus, which the unit tests read.
 */
await main(async () => {
  const [folder, ...more] = process.argv.slice(2);
  if (folder === undefined || more.length > 0) throw new Failure('Usage: npm run corpus -- FOLDER');
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Failure(`${folder} is no folder, so nothing was tested. Name the one that holds the public data.`);
  }
  const node = await ensureInstalled();
  const result = await counted('corpus', (env) =>
    vitest(node, ['--project', 'corpus'], { ...env, VALETKEY_CORPUS: path.resolve(folder) }),
  );
  requireAllPassed('the public data', result);
});
