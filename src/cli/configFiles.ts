import fs from 'node:fs';
import path from 'node:path';
import type { Unsearched } from '../core/checkup/model/checkupCoverage.ts';
import type { ConfigFile } from '../core/checkup/model/checkupModel.ts';
import { type ConfigPlace, matchesName, workspacePlace } from '../core/checkup/model/locations.ts';
import { UnsearchedFolders } from '../core/checkup/model/unsearchedFolders.ts';
import { MAX_CONFIG_BYTES } from '../core/checkup/read/configLimits.ts';
import type { Unreadable } from '../core/checkup/read/unreadable.ts';
import { errorCode } from '../core/errorText.ts';
import { READ_AT_ONCE } from '../protocol/plainFile.ts';

/** A configuration file that may be there. */
export interface ConfigSource extends Omit<ConfigFile, 'text'> {
  /** Nothing outside of this folder is read, whatever links say; undefined for no bound. */
  readonly within: string | undefined;
}

/** How deep below a workspace folder configurations are looked for, and in how many folders at most. */
const MAX_DEPTH = 12;
const MAX_FOLDERS = 50_000;
/** Folders of others' code, or of no code at all. */
const SKIPPED = new Set(['node_modules', '.git', '.hg', '.svn', '.venv', 'venv', '__pycache__', 'bower_components']);

/** Where configurations are, and the folders in which none were looked for. */
export interface FoundSources {
  readonly sources: readonly ConfigSource[];
  readonly unsearched: readonly Unsearched[];
}

/** The places of the user's own configurations, with every `*` filled in from the disk. */
export function userSources(places: readonly ConfigPlace[], within: string | undefined): FoundSources {
  const unsearched = new UnsearchedFolders();
  const sources = places.flatMap(({ path: pattern, client, format }) =>
    expanded(pattern, unsearched).map((file) => ({
      path: path.normalize(file),
      client,
      format,
      scope: 'user' as const,
      within,
    })),
  );
  return { sources, unsearched: unsearched.list() };
}

/** The configurations in a workspace folder and below, in the order of their paths. Folders that are links are not entered. */
export function workspaceSources(folder: string, maxFolders = MAX_FOLDERS): FoundSources {
  const found: ConfigSource[] = [];
  const unsearched = new UnsearchedFolders();
  const open: (readonly [relative: string, depth: number])[] = [['', 0]];
  for (let visited = 0; open.length > 0 && visited < maxFolders; visited += 1) {
    const [relative, depth] = open.pop() ?? ['', 0];
    const below: string[] = [];
    for (const entry of entriesOf(path.join(folder, relative), unsearched)) {
      const name = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) {
        if (depth < MAX_DEPTH) below.push(name);
        else unsearched.add(path.join(folder, name), 'too-deep');
      }
      const known = workspacePlace(name);
      if (!known) continue;
      const { client, format } = known;
      found.push({ path: path.join(folder, name), client, format, scope: 'workspace', within: folder });
    }
    for (const name of below.reverse()) open.push([name, depth + 1]);
  }
  for (const [relative] of open.reverse()) unsearched.add(path.join(folder, relative), 'too-many');
  return { sources: found.sort((a, b) => (a.path < b.path ? -1 : 1)), unsearched: unsearched.list() };
}

/** A file's text, or why it was not read; undefined when it is not there. Opens nothing but ordinary files. */
export function readSource({
  path: file,
  within,
}: ConfigSource): { readonly text: string } | { readonly why: Unreadable } | undefined {
  let handle: number | undefined;
  try {
    if (!fs.lstatSync(file, { throwIfNoEntry: false })) return undefined;
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (!stat) return undefined; // a link to nothing
    if (!stat.isFile()) return { why: 'no-file' };
    if (within !== undefined && !isInside(fs.realpathSync(file), fs.realpathSync(within))) return { why: 'outside' };
    if (stat.size > MAX_CONFIG_BYTES) return { why: 'too-large' };
    // What is there may have been exchanged since: never wait for a pipe, never read past the bound.
    handle = fs.openSync(file, READ_AT_ONCE);
    if (!fs.fstatSync(handle).isFile()) return { why: 'no-file' };
    const bytes = Buffer.alloc(stat.size);
    const length = fs.readSync(handle, bytes, 0, stat.size, 0);
    return decoded(bytes.subarray(0, length));
  } catch (error) {
    // A file stands where a folder would: the place is not there.
    return errorCode(error) === 'ENOTDIR' ? undefined : { why: reasonOf(error) };
  } finally {
    if (handle !== undefined) fs.closeSync(handle);
  }
}

function decoded(bytes: Buffer): { readonly text: string } | { readonly why: Unreadable } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { why: 'not-utf8' };
  }
}

function reasonOf(error: unknown): Unreadable {
  const code = errorCode(error);
  if (code === 'EACCES' || code === 'EPERM') return 'no-permission';
  return 'not-readable';
}

function isInside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** A folder's entries by name; none when it is not there, or when it may not be listed, which is noted. */
function entriesOf(folder: string, unsearched: UnsearchedFolders): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') unsearched.add(folder, 'no-permission');
    return [];
  }
}

function expanded(pattern: string, unsearched: UnsearchedFolders): string[] {
  const names = pattern.split('/');
  const star = names.findIndex((name) => name.includes('*'));
  if (star === -1) return [pattern];
  const folder = names.slice(0, star).join('/');
  return entriesOf(folder, unsearched)
    .filter(({ name }) => matchesName(names[star] ?? '', name))
    .flatMap(({ name }) => expanded([folder, name, ...names.slice(star + 1)].join('/'), unsearched));
}
