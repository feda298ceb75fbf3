import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { OUT, ROOT } from './repo.mjs';
import { Failure, tryRun } from './run.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** @typedef {Counts & { files: ReadonlyMap<string, Counts> }} Report `files`: by absolute path, those that did not pass whole */

/** Where to write the JSON report: vitest.config.mts and test/e2e/vitest.config.mts read it. */
const REPORT = 'VALETKEY_TEST_REPORT';

/**
 * Runs something that runs Vitest once, and counts what Vitest reported.
 *
 * @param {string} name of the report
 * @param {(env: NodeJS.ProcessEnv) => Promise<{ status: number | string }>} work is given the environment for the run
 * @returns {Promise<Report & { status: number | string }>} counts are zero if Vitest never came to run
 */
export async function counted(name, work) {
  const report = path.join(OUT, 'results', `${name}.json`);
  mkdirSync(path.dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const { status } = await work({ ...process.env, [REPORT]: report });
  return { ...readReport(report), status };
}

/**
 * Runs Vitest with the project's Node.
 *
 * @param {string} node
 * @param {readonly string[]} args of `vitest run`
 * @param {NodeJS.ProcessEnv} env
 */
export function vitest(node, args, env) {
  return tryRun(node, [path.join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', ...args], { cwd: ROOT, env });
}

/**
 * A run that did not pass whole is a failure; so is one that left tests out, because a skipped test protects nothing.
 *
 * @param {string} what
 * @param {Counts & { status: number | string }} result
 */
export function requireAllPassed(what, { status, passed, failed, skipped }) {
  if (status !== 0 || failed > 0) {
    throw new Failure(`${what}: ${failed} failed, ${passed} passed (exit status ${status}). See the lines above.`);
  }
  if (skipped > 0)
    throw new Failure(`${what}: ${skipped} tests were skipped or are only planned. Every test must run.`);
  if (passed === 0) throw new Failure(`${what}: no test ran.`);
}

/**
 * @param {string} file
 * @returns {Report}
 */
function readReport(file) {
  /** @type {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number, testResults: { name: string, status: string, assertionResults: { status: string }[] }[] }} */
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 0, skipped: 0, files: new Map() };
  }
  const failed = report.testResults.filter(({ status }) => status !== 'passed');
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
    files: new Map(failed.map(({ name, assertionResults }) => [name, countsOf(assertionResults)])),
  };
}

/**
 * @param {readonly { status: string }[]} results
 * @returns {Counts}
 */
function countsOf(results) {
  const passed = results.filter(({ status }) => status === 'passed').length;
  const failed = results.filter(({ status }) => status === 'failed').length;
  return { passed, failed, skipped: results.length - passed - failed };
}
