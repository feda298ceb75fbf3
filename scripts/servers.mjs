import { ensureInstalled } from './lib/install.mjs';
import { ROOT } from './lib/repo.mjs';
import { main, run } from './lib/run.mjs';

/** `npm run servers [-- NAME…] [--write]`: real servers and what the policy allows; see test/servers/servers.ts. */
await main(async () => {
  const node = await ensureInstalled();
  await run(node, ['--no-warnings', 'test/servers/servers.ts', ...process.argv.slice(2)], {
    cwd: ROOT,
    what: 'the run against real servers',
  });
});
