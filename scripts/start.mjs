import { ensureInstalled } from './lib/install.mjs';
import { ROOT } from './lib/repo.mjs';
import { main, run, step } from './lib/run.mjs';

/** `npm start`: installs, builds and shows the main job in this terminal, on a machine that has only Node, npm and git. */
await main(async () => {
  const node = await ensureInstalled();
  await step('build', () => run(node, ['esbuild.config.mjs', 'gateway', 'proxy', 'cli'], { cwd: ROOT }));
  await run(node, ['scripts/demo.mjs'], { cwd: ROOT, what: 'the demo' });
});
