import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { isInside } from './commandEnvironment.ts';

/** Why a word names no program that may be run. */
export type ProgramProblem = 'not-found' | 'relative' | 'in-workspace';

/** What Windows starts without a shell. */
const WINDOWS_ENDINGS = ['', '.exe', '.com'];

/**
 * The program that a command line names, as an absolute path: so that what a person confirmed stays the program that is
 * run, whatever PATH says later. Nothing inside a workspace counts, also behind a link: agents write there.
 */
export async function findProgram(
  name: string,
  {
    folders,
    workspaceFolders,
    windows,
  }: {
    /** Of PATH, absolute. */
    readonly folders: readonly string[];
    readonly workspaceFolders: readonly string[];
    readonly windows: boolean;
  },
): Promise<{ readonly program: string } | { readonly problem: ProgramProblem }> {
  const endings = windows ? WINDOWS_ENDINGS : [''];
  const separated = name.includes('/') || (windows && name.includes('\\'));
  if (separated && !path.isAbsolute(name)) return { problem: 'relative' };
  const bases = separated ? [name] : folders.map((folder) => path.join(folder, name));
  for (const program of bases.flatMap((base) => endings.map((ending) => base + ending))) {
    const real = await executable(program);
    if (real === undefined) continue;
    if (isInside(program, workspaceFolders) || isInside(real, workspaceFolders)) return { problem: 'in-workspace' };
    return { program };
  }
  return { problem: 'not-found' };
}

/** Where the file really is; undefined for what cannot be run. */
async function executable(file: string): Promise<string | undefined> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile() ? await realpath(file) : undefined;
  } catch {
    return undefined;
  }
}
