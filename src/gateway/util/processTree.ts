import { spawn } from 'node:child_process';

/** Ends a process with everything that it started; a port, as Windows knows no process groups. */
export interface ProcessTree {
  /** Options of `spawn` that put a child at the head of its own tree. */
  readonly detached: boolean;
  /** Asks the tree to end. */
  terminate(pid: number): void;
  /** Ends the tree without asking. */
  kill(pid: number): void;
}

/** A child is the leader of its own process group, which what it starts belongs to unless it leaves it on purpose. */
export const posixTree: ProcessTree = {
  detached: true,
  terminate: (pid) => signalGroup(pid, 'SIGTERM'),
  kill: (pid) => signalGroup(pid, 'SIGKILL'),
};

/** `taskkill /T` walks the tree by parent process. It always ends by force: a console program hears no request. */
export function windowsTree(run: (command: string, args: readonly string[]) => void = runHidden): ProcessTree {
  const kill = (pid: number): void => run('taskkill', ['/PID', String(pid), '/T', '/F']);
  return { detached: false, terminate: kill, kill };
}

export function ownProcessTree(platform: NodeJS.Platform = process.platform): ProcessTree {
  return platform === 'win32' ? windowsTree() : posixTree;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // ESRCH: nobody of the group is left. EPERM: nobody whom this user may end is (macOS says it of zombies, too).
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

function runHidden(command: string, args: readonly string[]): void {
  spawn(command, args, { stdio: 'ignore', windowsHide: true }).on('error', () => undefined);
}
