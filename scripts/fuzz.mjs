import { ensureInstalled } from './lib/install.mjs';
import { ROOT } from './lib/repo.mjs';
import { main, run, step } from './lib/run.mjs';

/** `npm run fuzz [-- NAME…] [--seconds N] [--seed N]`: builds, then throws random input at each door; see test/fuzz/fuzz.ts. */
await main(async () => {
  const node = await ensureInstalled();
  await step('build', () => run(node, ['esbuild.config.mjs', 'gateway', 'proxy', 'cli'], { cwd: ROOT }));
  await run(node, ['--no-warnings', 'test/fuzz/fuzz.ts', ...process.argv.slice(2)], { cwd: ROOT, what: 'the fuzz' });
});
