import { defineConfig } from 'vitest/config';

const report = process.env.VALETKEY_TEST_REPORT;

export default defineConfig({
  test: {
    name: 'e2e',
    root: import.meta.dirname,
    include: ['*.test.ts'],
    setupFiles: ['support/failureScreenshots.ts'],
    // One editor and one browser at a time: two of them on two cores time out where nothing is wrong.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    allowOnly: false,
    reporters: report ? ['verbose', ['json', { outputFile: report }]] : ['verbose'],
  },
});
