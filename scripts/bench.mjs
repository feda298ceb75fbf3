import path from 'node:path';
import { ensureInstalled } from './lib/install.mjs';
import { OUT, ROOT } from './lib/repo.mjs';
import { main, run, step } from './lib/run.mjs';

/** `npm run bench [-- --write]`: builds, then measures us beside a trivial MCP server on the SDK, bundled as we are. */
await main(async () => {
  const node = await ensureInstalled();
  await step('build', async () => {
    await run(node, ['esbuild.config.mjs', 'gateway', 'proxy', 'cli'], { cwd: ROOT });
    const { build } = await import('esbuild');
    await build({
      entryPoints: [path.join(ROOT, 'test/bench/trivialServer.ts')],
      outfile: path.join(OUT, 'bench/trivialServer.js'),
      bundle: true,
      minify: true,
      platform: 'node',
      target: 'node22.19',
      format: 'cjs',
      mainFields: ['module', 'main'],
      logLevel: 'warning',
    });
  });
  await run(node, ['test/bench/bench.ts', ...process.argv.slice(2)], { cwd: ROOT, what: 'the benchmark' });
});
