import fs from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import { isExactVersion } from '../../../core/packages/versions.ts';
import { readPlainFile } from '../../../protocol/plainFile.ts';

const manifest = z.object({ name: z.string(), version: z.string() });

/** A manifest is a few kilobytes. */
const MAX_BYTES = 1024 * 1024;

/** Where npx keeps what it ran, and where it does so on Windows. */
const NPX_CACHES = [
  ['.npm', '_npx'],
  ['AppData', 'Local', 'npm-cache', '_npx'],
];

/**
 * The version of an npm package that ran last on this machine, as far as folders tell: in npx's cache
 * (https://docs.npmjs.com/cli/v11/commands/npx), then in these folders. Nothing is run and nobody is asked.
 *
 * @param home the home folder
 * @param folders folders that may have `node_modules`
 */
export async function installedVersion(
  packageName: string,
  home: string,
  folders: readonly string[],
): Promise<string | undefined> {
  if (!/^(?:@[a-z0-9~_-][a-z0-9._~-]*\/)?[a-z0-9~_-][a-z0-9._~-]*$/i.test(packageName)) return undefined;
  const runs = await Promise.all(NPX_CACHES.map((names) => foldersIn(path.join(home, ...names))));
  const cached = await Promise.all(runs.flat().map((folder) => versionIn(folder, packageName)));
  const [newest] = cached.filter((found) => found !== undefined).sort((one, other) => other.at - one.at);
  if (newest) return newest.version;
  for (const folder of folders) {
    const found = await versionIn(folder, packageName);
    if (found) return found.version;
  }
  return undefined;
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  return (await fs.readdir(folder).catch(() => [])).slice(0, 500).map((name) => path.join(folder, name));
}

async function versionIn(
  folder: string,
  packageName: string,
): Promise<{ readonly version: string; readonly at: number } | undefined> {
  const file = path.join(folder, 'node_modules', ...packageName.split('/'), 'package.json');
  try {
    const { size, mtimeMs } = await fs.stat(file);
    if (size > MAX_BYTES) return undefined;
    const { name, version } = manifest.parse(JSON.parse(readPlainFile(file)));
    return name === packageName && isExactVersion('npm', version) ? { version, at: mtimeMs } : undefined;
  } catch {
    // Not installed there, or not in a way that says its version: then the user says it.
    return undefined;
  }
}
