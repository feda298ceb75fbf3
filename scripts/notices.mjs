// Writes THIRD-PARTY-NOTICES.txt anew, after a dependency was added, updated or removed. `node scripts/notices.mjs`
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { builtBundles } from './lib/builtBundles.mjs';
import { BUNDLES } from './lib/bundles.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { NOTICES, thirdPartyNotices } from './lib/notices.mjs';
import { ROOT } from './lib/repo.mjs';
import { main } from './lib/run.mjs';

await main(async () => {
  await ensureInstalled();
  writeFileSync(
    path.join(ROOT, NOTICES),
    thirdPartyNotices(await builtBundles(BUNDLES.filter(({ shipped }) => shipped))),
  );
  console.log(`wrote ${NOTICES}`);
});
