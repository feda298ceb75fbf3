import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { OUT } from '../../../scripts/lib/repo.mjs';
import { openPages } from './browser.ts';

// A setup file of every end-to-end test: what was on the screen says more than a time-out's message.
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  const folder = join(OUT, 'screenshots/failed');
  mkdirSync(folder, { recursive: true });
  const name = task.name.replaceAll(/[^\w]+/g, '-').slice(0, 80);
  for (const [index, page] of openPages().entries()) {
    const path = join(folder, `${name}-${index + 1}.png`);
    await page.screenshot({ path, timeout: 5_000 }).catch(() => undefined);
    console.info(`screenshot of the failure: ${path}`);
  }
});
