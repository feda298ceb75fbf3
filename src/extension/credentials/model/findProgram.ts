import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { isInside, withRealPaths } from './commandEnvironment.ts';

/** Why a word names no program that may be run. */
export type ProgramProblem = 'not-found' | 'relative' | 'in-workspace';

/** What Windows starts without a shell. */
const WINDOWS_ENDINGS = ['', '.exe', '.com'];

/**
 * The program that a command line names, as an absolute path: so that what the user confirmed stays the program that is
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
  const agents = withRealPaths(workspaceFolders);
  const endings = windows ? WINDOWS_ENDINGS : [''];
  const separated = name.includes('/') || (windows && name.includes('\\'));
  if (separated && !path.isAbsolute(name)) return { problem: 'relative' };
  const bases = separated ? [name] : folders.map((folder) => path.join(folder, name));
  for (const program of bases.flatMap((base) => endings.map((ending) => base + ending))) {
    const real = await executable(program);
    if (real === undefined) continue;
    if (isInside(program, agents) || isInside(real, agents)) return { problem: 'in-workspace' };
    return { program };
  }
  return { problem: 'not-found' };
}

/**
 * The words of a command that name something in the workspace, be it inside a longer word: agents write there, and so
 * decide what an interpreter runs or a program reads. Relative ones are read in the home folder, where commands run.
 */
export async function wordsInWorkspace(
  words: readonly string[],
  workspaceFolders: readonly string[],
  home: string,
): Promise<readonly string[]> {
  const agents = withRealPaths(workspaceFolders);
  const found = await Promise.all(
    words.map(async (word) => {
      if (agents.some((folder) => mentions(word, folder))) return [word];
      const file = await realpath(path.resolve(home, word)).catch(() => undefined);
      return file !== undefined && isInside(file, agents) ? [word] : [];
    }),
  );
  return found.flat();
}

function mentions(word: string, folder: string): boolean {
  const at = word.indexOf(folder);
  const next = word[at + folder.length];
  return at >= 0 && (next === undefined || !/[\w.-]/.test(next));
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
