import { renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './repo.mjs';
import { run } from './run.mjs';

const VSCE = path.join(ROOT, 'node_modules/@vscode/vsce/vsce');

/**
 * Packs an extension. The file appears whole or not at all, as another run may be installing the one before it.
 *
 * @param {{ node: string, folder: string, file: string, args?: readonly string[], date?: string }} options `node` is the
 *   project's; `date` is what the files inside are dated, in seconds since the epoch: the same date and content give the
 *   same file
 * @returns {Promise<string[]>} what vsce warned about
 */
export async function packVsix({ node, folder, file, args = [], date }) {
  const draft = `${file}.${process.pid}.vsix`;
  try {
    const output = await run(node, [VSCE, 'package', '--no-dependencies', ...args, '--out', draft], {
      cwd: folder,
      quiet: true,
      ...(date ? { env: { ...process.env, SOURCE_DATE_EPOCH: date } } : {}),
      what: `packing ${path.basename(file)}`,
    });
    renameSync(draft, file);
    return output.split('\n').filter((line) => /\bWARNING\b/.test(line));
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * @param {{ node: string, folder: string }} options
 * @returns {Promise<string[]>} what would be packed, relative to the folder
 */
export async function listVsix({ node, folder }) {
  const output = await run(node, [VSCE, 'ls', '--no-dependencies'], { cwd: folder, quiet: true });
  return output.split('\n').filter((line) => line !== '');
}
