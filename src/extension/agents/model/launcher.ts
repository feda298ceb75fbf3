import fs from 'node:fs';
import path from 'node:path';
import { readPlainFile } from '../../../protocol/plainFile.ts';
import { type LauncherTarget, POSIX_LAUNCHER, pointerText, readPointer, WINDOWS_LAUNCHER } from './launcherText.ts';

/** How an MCP client starts the launcher. */
export interface LaunchCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** The pointer's file name, beside the scripts. */
const POINTER = 'current';

/**
 * A small script in global storage that MCP clients start instead of a file of one version of the extension: it outlives
 * updates of VS Code and of the extension, because each activation says anew where things are.
 */
export class Launcher {
  readonly #directory: string;
  readonly #platform: NodeJS.Platform;

  constructor(directory: string, platform: NodeJS.Platform = process.platform) {
    this.#directory = directory;
    this.#platform = platform;
  }

  /** On Windows a client may start programs only, no scripts; cmd.exe is one. */
  get command(): LaunchCommand {
    return this.#platform === 'win32'
      ? { command: 'cmd.exe', args: ['/d', '/c', path.win32.join(this.#directory, 'valet-key.cmd')] }
      : { command: path.posix.join(this.#directory, 'valet-key'), args: [] };
  }

  /**
   * Writes the scripts, and the pointer unless a newer version that is still there has it. Nothing is written that is
   * there already.
   */
  install(target: LauncherTarget): void {
    const strange = Object.values(target).find((value) => /[\r\n]/.test(value));
    if (strange !== undefined)
      throw new Error(`A path with a line break cannot be launched: ${JSON.stringify(strange)}`);
    fs.mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    this.#write('valet-key', POSIX_LAUNCHER, 0o700);
    this.#write('valet-key.cmd', WINDOWS_LAUNCHER, 0o600);
    const text = this.#read(POINTER);
    const present = text === undefined ? undefined : readPointer(text);
    if (present && isNewer(present.version, target.version) && fs.existsSync(present.proxy)) return;
    this.#write(POINTER, pointerText(target), 0o600);
  }

  #read(name: string): string | undefined {
    try {
      return readPlainFile(path.join(this.#directory, name));
    } catch {
      return undefined; // missing, or something else in its place, which is then replaced
    }
  }

  /** In one step: a client that starts at this moment finds the old file or the new one. */
  #write(name: string, text: string, mode: number): void {
    const file = path.join(this.#directory, name);
    const stat = fs.lstatSync(file, { throwIfNoEntry: false });
    const asWanted = stat?.isFile() && (this.#platform === 'win32' || (stat.mode & 0o777) === mode);
    if (asWanted && this.#read(name) === text) return;
    const temporary = `${file}.${process.pid}.tmp`;
    fs.rmSync(temporary, { force: true });
    fs.writeFileSync(temporary, text, { mode, flag: 'wx' });
    fs.renameSync(temporary, file);
  }
}

/** By the numbers of a version such as `1.20.3`. */
function isNewer(one: string, other: string): boolean {
  const [a, b] = [numbers(one), numbers(other)];
  const at = a.findIndex((part, i) => part !== (b[i] ?? 0));
  return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0);
}

function numbers(version: string): number[] {
  return version
    .split(/[.+-]/)
    .slice(0, 3)
    .map((part) => Number.parseInt(part, 10) || 0);
}
