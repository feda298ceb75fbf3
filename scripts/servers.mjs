import { ensureInstalled } from './lib/install.mjs';
import { ROOT } from './lib/repo.mjs';
import { main, run } from './lib/run.mjs';

/**
 * `npm run servers [-- NAME…] [--write]`: real servers and what the policy allows; see test/servers/servers.ts.
 * `npm run servers -- mcp [NAME…]`: real MCP servers of npm, behind Valet Key and by themselves; see test/servers/mcp/compare.ts.
 */
await main(async () => {
  const node = await ensureInstalled();
  const [mode, ...names] = process.argv.slice(2);
  if (mode !== 'mcp') {
    await run(node, ['--no-warnings', 'test/servers/servers.ts', ...process.argv.slice(2)], {
      cwd: ROOT,
      what: 'the run against real servers',
    });
    return;
  }
  await run(node, ['esbuild.config.mjs'], { cwd: ROOT, what: 'the build' });
  await run(node, ['--no-warnings', 'test/servers/mcp/compare.ts', ...names], {
    cwd: ROOT,
    what: 'the run against real MCP servers',
  });
});
