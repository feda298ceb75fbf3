import fs from 'node:fs';
import path from 'node:path';
import type { ConfigFile } from '../core/checkup/model/checkupModel.ts';
import { type ConfigPlace, matchesName, workspacePlace } from '../core/checkup/model/locations.ts';
import { MAX_CONFIG_BYTES } from '../core/checkup/read/readConfig.ts';
import type { Unreadable } from '../core/checkup/read/unreadable.ts';
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

/** The places of the user's own configurations, with every `*` filled in from the disk. */
export function userSources(places: readonly ConfigPlace[], within: string | undefined): ConfigSource[] {
  return places.flatMap(({ path: pattern, client, format }) =>
    expanded(pattern).map((file) => ({ path: path.normalize(file), client, format, scope: 'user' as const, within })),
  );
}

/** The configurations in a workspace folder and below, in the order of their paths. Folders that are links are not entered. */
export function workspaceSources(folder: string): ConfigSource[] {
  const found: ConfigSource[] = [];
  const open: (readonly [relative: string, depth: number])[] = [['', 0]];
  for (let visited = 0; open.length > 0 && visited < MAX_FOLDERS; visited += 1) {
    const [relative, depth] = open.pop() ?? ['', 0];
    for (const entry of entriesOf(path.join(folder, relative)).reverse()) {
      const name = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) {
        if (depth < MAX_DEPTH && !SKIPPED.has(entry.name)) open.push([name, depth + 1]);
      }
      const known = workspacePlace(name);
      if (!known) continue;
      const { client, format } = known;
      found.push({ path: path.join(folder, name), client, format, scope: 'workspace', within: folder });
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
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
    return { why: reasonOf(error) };
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
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EACCES' || code === 'EPERM') return 'no-permission';
  return 'not-readable';
}

function isInside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** A folder's entries by name; none when it is not there or not to be read. */
function entriesOf(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return []; // what cannot be listed cannot be checked; a file in a known place is still tried by its name
  }
}

function expanded(pattern: string): string[] {
  const names = pattern.split('/');
  const star = names.findIndex((name) => name.includes('*'));
  if (star === -1) return [pattern];
  const folder = names.slice(0, star).join('/');
  return entriesOf(folder)
    .filter(({ name }) => matchesName(names[star] ?? '', name))
    .flatMap(({ name }) => expanded([folder, name, ...names.slice(star + 1)].join('/')));
}
