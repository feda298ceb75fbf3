import { execFileSync } from 'node:child_process';
import path from 'node:path';

/** Vitest's global set-up of the process tests: they run what is built, so it is built first. */
export function setup(): void {
  execFileSync(process.execPath, ['esbuild.config.mjs', 'gateway', 'proxy', 'cli'], {
    cwd: path.resolve(import.meta.dirname, '../..'),
    stdio: 'inherit',
  });
}
