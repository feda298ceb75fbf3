import path from 'node:path';
import { defineConfig } from 'vitest/config';

// Where scripts/test.mjs wants the counts.
const report = process.env.VALETKEY_TEST_REPORT;

export default defineConfig({
  test: {
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    projects: [
      {
        // Pure and fast: no process, no socket beyond fakes. `npm run check`.
        // Commands and views meet an editor that answers as a test says.
        resolve: { alias: { vscode: path.resolve('test/extension/support/fakeEditor.ts') } },
        test: {
          name: 'unit',
          // Hundreds of files share two threads and what they import. A test leaves nothing behind in a module, as nothing in
          // `src` has module-level state.
          pool: 'threads',
          isolate: false,
          // Property tests run for seconds, and for many where a machine is busy; a slow machine is no failure.
          testTimeout: 120_000,
          setupFiles: ['test/support/propertySeed.ts'],
          include: [
            'test/core/**/*.test.ts',
            'test/protocol/**/*.test.ts',
            'test/policyWorker/readOnce.test.ts',
            'test/extension/**/*.test.ts',
            'test/*.test.ts',
          ],
        },
      },
      {
        // Data of other projects: `npm run corpus -- FOLDER`.
        test: { name: 'corpus', testTimeout: 30_000, include: ['test/thirdParty/**/*.test.ts'] },
      },
      {
        // How much the checkup finds, in numbers: `npm run checkup-corpus -- FOLDER`.
        test: { name: 'checkup-corpus', testTimeout: 120_000, include: ['test/checkupCorpus/**/*.test.ts'] },
      },
      {
        // The built bundles as real processes on real sockets.
        test: {
          name: 'process',
          include: [
            'test/gateway/**/*.test.ts',
            'test/proxy/**/*.test.ts',
            'test/cli/**/*.test.ts',
            'test/policyWorker/policy*.test.ts',
            'test/checkupWorker/**/*.test.ts',
          ],
          globalSetup: ['test/support/buildBundles.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
    ],
  },
});
