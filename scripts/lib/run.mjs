import { spawn } from 'node:child_process';

/** An expected way to fail: its message says what happened, why and what to do next, so no stack is shown. */
export class Failure extends Error {}

/**
 * Runs one program to its end, without standard input.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean, what?: string, shell?: boolean }} [options]
 *   `quiet` keeps the output back and shows it only if the program fails; `what` names the step in the error.
 * @returns {Promise<string>} what it printed, if `quiet`; else ''
 * @throws {Failure} when it cannot be started or does not end with 0
 */
export async function run(command, args, options = {}) {
  const { status, output } = await tryRun(command, args, options);
  if (status === 0) return output;
  if (output) process.stderr.write(output.endsWith('\n') ? output : `${output}\n`);
  throw new Failure(
    `${options.what ?? [command, ...args].join(' ')} failed (exit status ${status}). See the lines above.`,
  );
}

/**
 * As `run`, but a failure is an answer.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean, what?: string, shell?: boolean }} [options]
 * @returns {Promise<{ status: number | string, output: string }>} `status` is a signal's name if one ended it
 */
export function tryRun(command, args, { cwd, env, quiet = false, shell = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: env ?? process.env,
      shell,
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    });
    /** @type {Buffer[]} */
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    child.once('error', (error) => resolve({ status: 127, output: `${command}: ${error.message}\n` }));
    child.once('close', (code, signal) =>
      resolve({ status: code ?? signal ?? 1, output: Buffer.concat(chunks).toString('utf8') }),
    );
  });
}

/**
 * Runs npm, the very one that started this script if npm did. Throws as `run` does.
 *
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean, what?: string, node?: string }} [options]
 *   `node` is the Node to run npm with.
 */
export function npm(args, { node = process.execPath, ...options } = {}) {
  const [command, ...words] = npmCommand(node, args);
  return run(command, words, { ...options, shell: command === 'npm' && process.platform === 'win32' });
}

/**
 * As `npm`, but a failure is an answer.
 *
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 */
export function tryNpm(args, options = {}) {
  const [command, ...words] = npmCommand(process.execPath, args);
  return tryRun(command, words, { ...options, shell: command === 'npm' && process.platform === 'win32' });
}

/**
 * @param {string} node
 * @param {readonly string[]} args
 * @returns {[string, ...string[]]}
 */
function npmCommand(node, args) {
  const script = process.env.npm_execpath;
  return script && /\.c?js$/.test(script) ? [node, script, ...args] : ['npm', ...args];
}

/**
 * Prints what runs and how long it took.
 *
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const start = Date.now();
  console.log(`\n▸ ${title}`);
  try {
    const result = await work();
    console.log(`✔ ${title} (${seconds(start)})`);
    return result;
  } catch (error) {
    console.log(`✘ ${title} (${seconds(start)})`);
    throw error;
  }
}

/** @param {number} start milliseconds since the epoch */
function seconds(start) {
  return `${((Date.now() - start) / 1000).toFixed(1)} s`;
}

/**
 * Runs a script's main function: a `Failure` prints its message alone, anything else its stack; both end with status 1.
 *
 * @param {() => Promise<void>} work
 */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    console.error(error instanceof Failure ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
