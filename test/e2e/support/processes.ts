import { readdirSync, readFileSync } from 'node:fs';

/** One running process, as /proc shows it to everyone who runs as the same user. */
export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  /** The kernel's session; everything that the editor starts stays in the editor's, except terminals. */
  readonly session: number;
  readonly commandLine: readonly string[];
  /** `NAME=value` each. */
  readonly environment: readonly string[];
  /** What it is to us, by its command line. */
  readonly kind: 'gateway' | 'proxy' | 'extension host' | 'other';
}

/** Every process on the machine that we may look into. */
export function allProcesses(): ProcessInfo[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcess(Number(name)))
    .filter((found) => found !== undefined);
}

/**
 * Those that belong to one editor: what descends from it or shares its session, and whatever names its throw-away
 * folder on its command line (a detached child would show there).
 *
 * @param root process id of the editor's server
 * @param folder the editor's throw-away folder
 * @param except a folder inside it; what names that one is left out
 */
export function processesOf(root: number, folder: string, except: string): ProcessInfo[] {
  const all = allProcesses().filter(({ commandLine }) => !commandLine.some((word) => word.includes(except)));
  const ours = new Set<number>([root]);
  for (let grew = true; grew; ) {
    const before = ours.size;
    for (const { pid, parent, session, commandLine } of all) {
      if (pid === process.pid) continue;
      if (ours.has(parent) || session === root || commandLine.some((word) => word.includes(folder))) ours.add(pid);
    }
    grew = ours.size > before;
  }
  return all.filter(({ pid }) => ours.has(pid));
}

export function isAlive(pid: number): boolean {
  const found = readProcess(pid);
  return found !== undefined;
}

function readProcess(pid: number): ProcessInfo | undefined {
  try {
    // "pid (name) state ppid pgrp session …"; the name may hold spaces and parentheses.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state = '', parent = '', , session = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return undefined;
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').slice(0, -1);
    return {
      pid,
      parent: Number(parent),
      session: Number(session),
      commandLine,
      environment,
      kind: kindOf(commandLine),
    };
  } catch {
    return undefined;
  }
}

function kindOf(commandLine: readonly string[]): ProcessInfo['kind'] {
  if (commandLine.some((word) => word.endsWith('dist/gateway.js'))) return 'gateway';
  if (commandLine.some((word) => word.endsWith('dist/proxy.js'))) return 'proxy';
  if (commandLine.includes('--type=extensionHost')) return 'extension host';
  return 'other';
}
