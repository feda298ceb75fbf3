import { statSync } from 'node:fs';
import path from 'node:path';
import { ensureInstalled } from './lib/install.mjs';
import { Failure, main } from './lib/run.mjs';
import { counted, requireAllPassed, vitest } from './lib/vitest.mjs';

/**
 * `npm run checkup-corpus -- FOLDER`: prints how much the checkup finds of what is planted for it, and how much it says of what is
 * none, and fails below the bounds in test/checkupCorpus. FOLDER has the configurations of other projects in `mcp-configs/`, as for
 * `npm run corpus`; the rest is generated. What this protects has small tables in test/core/checkup, which the unit tests read.
 */
await main(async () => {
  const [folder, ...more] = process.argv.slice(2);
  if (folder === undefined || more.length > 0) throw new Failure('Usage: npm run checkup-corpus -- FOLDER');
  if (!statSync(path.join(folder, 'mcp-configs'), { throwIfNoEntry: false })?.isDirectory()) {
    throw new Failure(
      `${folder} has no folder mcp-configs, so nothing was measured. Name the folder that holds the public data.`,
    );
  }
  const node = await ensureInstalled();
  const result = await counted('checkup-corpus', (env) =>
    vitest(node, ['--project', 'checkup-corpus'], { ...env, VALETKEY_CORPUS: path.resolve(folder) }),
  );
  requireAllPassed('the corpus of the checkup', result);
});
