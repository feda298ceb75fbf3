import path from 'node:path';

/** @typedef {import('./vitest.mjs').Report & { status: number | string }} Outcome */

/** So many files may fail and be run again; more are no accident of a busy machine. */
const MAY_FAIL = 3;

/**
 * Runs tests; a file that failed is run once more, by itself: what fails twice failed. A machine that does much else at once
 * misses a deadline now and then, and a real editor in a real browser loses a click. Which files needed it is told on
 * standard error.
 *
 * @param {(file?: string) => Promise<Outcome>} work runs all tests, or those of the file at this absolute path
 * @returns {Promise<Outcome>}
 */
export async function steadily(work) {
  const result = await work();
  if (result.files.size > MAY_FAIL || result.passed === 0) return result;
  let { status, passed, failed, skipped } = result;
  if (result.files.size > 0) status = 0;
  for (const [file, first] of result.files) {
    const name = path.basename(file);
    console.error(`\n${name} failed; it is run once more, by itself.\n`);
    const again = await work(file);
    if (again.status === 0) console.error(`\nunsteady: ${name} failed, and passed when it was run by itself.\n`);
    else status = again.status;
    passed += again.passed - first.passed;
    failed += again.failed - first.failed;
    skipped += again.skipped - first.skipped;
  }
  return { ...result, status, passed, failed, skipped };
}
