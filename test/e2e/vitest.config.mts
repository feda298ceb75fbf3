import { defineConfig } from 'vitest/config';

const report = process.env.VALETKEY_TEST_REPORT;

/**
 * Files that promise a deadline or the work of the extension host's thread, and one that puts an administrator's policy in
 * place, which every window on the machine obeys: nothing else runs meanwhile. Whatever else is tested belongs into another file.
 */
const ALONE = ['administrator', 'crowd', 'hostThread', 'load', 'windows'].map((name) => `${name}.test.ts`);

export default defineConfig({
  test: {
    root: import.meta.dirname,
    setupFiles: ['support/failureScreenshots.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    allowOnly: false,
    reporters: report ? ['verbose', ['json', { outputFile: report }]] : ['verbose'],
    projects: [
      {
        extends: true,
        // An editor and its browser keep less than one core busy.
        test: { name: 'e2e', include: ['*.test.ts'], exclude: ALONE, maxWorkers: 2, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: { name: 'e2e alone', include: ALONE, maxWorkers: 1, fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
