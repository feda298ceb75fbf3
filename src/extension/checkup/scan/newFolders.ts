import * as vscode from 'vscode';
import { workspacePlace } from '../../../core/checkup/model/locations.ts';
import { after } from '../../util/after.ts';
import type { Disposable } from '../../util/emitter.ts';

/** A burst of new folders (a checkout) is one look. */
const GATHERED_MS = 500;
/** What is written into a folder comes a little later than the folder: then it is looked at once more. */
const WRITTEN_WITHIN_MS = 3000;
/** More folders at once are not looked through one by one. */
const MAX_FOLDERS = 20;
/** So many files of a new folder are looked at; in one with more there may be anything. */
const MAX_FILES = 2000;

/** Where nobody looks for configurations. */
const EXCLUDED_FOLDER = /\/(?:node_modules|\.git|\.venv|vendor)(?:\/|$)/;
/** By its name a file, as a build writes them by the thousand: `main.js`. Clients' folders have names such as `.kiro`. */
const FILE_NAME = /\/[^/.][^/]*\.[^/.]+$/;

/**
 * Calls back when a configuration file may have come with a new folder of the workspace. VS Code reports the folder, but on Linux
 * not always what was in it by then: a folder is watched only once it is there.
 *
 * @param excluded the glob of folders that nobody looks into
 */
export function watchNewFolders(excluded: string, found: () => void): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher('**', false, true, true);
  const timers = new Set<Disposable>();
  const later = (ms: number, work: () => void): void => {
    const timer = after(ms, () => {
      timers.delete(timer);
      work();
    });
    timers.add(timer);
  };
  const look = async (folders: readonly vscode.Uri[]): Promise<void> => {
    if (folders.length > MAX_FOLDERS || (await anyHolds(folders, excluded))) found();
  };
  let fresh = new Map<string, vscode.Uri>();
  const listener = watcher.onDidCreate((uri) => {
    if (EXCLUDED_FOLDER.test(uri.path) || FILE_NAME.test(uri.path)) return;
    fresh.set(uri.path, uri);
    if (fresh.size > 1) return;
    later(GATHERED_MS, () => {
      const folders = [...fresh.values()].filter(({ path }) => !isBelowAny(path, fresh));
      fresh = new Map();
      void look(folders);
      later(WRITTEN_WITHIN_MS, () => void look(folders));
    });
  });
  return vscode.Disposable.from(watcher, listener, {
    dispose: () => {
      for (const timer of timers) timer.dispose();
    },
  });
}

function isBelowAny(path: string, folders: ReadonlyMap<string, unknown>): boolean {
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
    if (folders.has(path.slice(0, at))) return true;
  }
  return false;
}

async function anyHolds(folders: readonly vscode.Uri[], excluded: string): Promise<boolean> {
  for (const folder of folders) if (await holdsConfig(folder, excluded)) return true;
  return false;
}

async function holdsConfig(uri: vscode.Uri, excluded: string): Promise<boolean> {
  if (!(await isFolder(uri))) return false;
  const files = await vscode.workspace.findFiles(new vscode.RelativePattern(uri, '**'), excluded, MAX_FILES);
  return files.length >= MAX_FILES || files.some(({ path }) => workspacePlace(path) !== undefined);
}

async function isFolder(uri: vscode.Uri): Promise<boolean> {
  try {
    return ((await vscode.workspace.fs.stat(uri)).type & vscode.FileType.Directory) !== 0;
  } catch {
    return false; // it went as it had come
  }
}
