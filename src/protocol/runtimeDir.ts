import fs from 'node:fs';
import path from 'node:path';

/** What the choice of the runtime directory depends on; a port, so that every platform's choice is tested here. */
export interface RuntimeDirInputs {
  readonly platform: NodeJS.Platform;
  readonly tmpdir: string;
  readonly xdgRuntimeDir?: string | undefined;
  readonly uid?: number | undefined;
  readonly localAppData?: string | undefined;
}

/**
 * The longest runtime directory in bytes. A Unix socket path holds 104 bytes on macOS and 108 on Linux (`sun_path`,
 * unix(7)), and the socket's own name below the directory needs some of them.
 */
const MAX_DIRECTORY_BYTES = 100 - '/0123456789abcdef.sock'.length;

/**
 * Where gateways and proxies of this user meet. Linux: `$XDG_RUNTIME_DIR/valet-key`; otherwise `<tmpdir>/valet-key-<uid>`;
 * Windows: a folder below `%LOCALAPPDATA%` (only the discovery files live there; the sockets are named pipes).
 * A directory whose path is too long for a socket gives way to `/tmp/valet-key-<uid>`.
 */
export function defaultRuntimeDir(inputs: RuntimeDirInputs): string {
  if (inputs.platform === 'win32') {
    return path.win32.join(inputs.localAppData ?? inputs.tmpdir, 'valet-key', 'run');
  }
  const own = `valet-key-${inputs.uid ?? 'user'}`;
  const candidates = [
    ...(inputs.xdgRuntimeDir ? [path.posix.join(inputs.xdgRuntimeDir, 'valet-key')] : []),
    path.posix.join(inputs.tmpdir, own),
    path.posix.join('/tmp', own),
  ];
  const fitting = candidates.find((directory) => Buffer.byteLength(directory) <= MAX_DIRECTORY_BYTES);
  return fitting ?? path.posix.join('/tmp', own);
}

/** The inputs of this very process. */
export function ownRuntimeDirInputs(env: NodeJS.ProcessEnv, tmpdir: string): RuntimeDirInputs {
  return {
    platform: process.platform,
    tmpdir,
    xdgRuntimeDir: env.XDG_RUNTIME_DIR,
    uid: process.getuid?.(),
    localAppData: env.LOCALAPPDATA,
  };
}

/** Why a runtime directory is not safe to use. */
export class RuntimeDirError extends Error {}

/**
 * Creates the directory (0700) when it is missing and refuses one that is not a real directory of this user's with
 * nobody else's access: another user who could write into it could put a false gateway there. Idempotent, and called
 * again before each publication because cleaners of temporary directories take it away.
 */
export function ensureRuntimeDir(directory: string): void {
  if (process.platform !== 'win32' && Buffer.byteLength(directory) > MAX_DIRECTORY_BYTES) {
    throw new RuntimeDirError(
      `${directory} is too long for a socket: at most ${MAX_DIRECTORY_BYTES} bytes. Choose a shorter one.`,
    );
  }
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  checkRuntimeDir(directory);
}

/** The check alone, for proxies: they never create the directory. Throws {@link RuntimeDirError}. */
export function checkRuntimeDir(directory: string): void {
  if (process.platform === 'win32') return; // Windows: access lists of %LOCALAPPDATA% and the handshake are the guard.
  const stat = fs.lstatSync(directory);
  if (!stat.isDirectory()) {
    throw new RuntimeDirError(`${directory} is not a directory. Remove it and reload the window.`);
  }
  if (stat.uid !== process.getuid?.()) {
    throw new RuntimeDirError(`${directory} belongs to another user. Remove it and reload the window.`);
  }
  if ((stat.mode & 0o077) !== 0) {
    // Never advice to close a directory that is meant to be open, such as /tmp itself.
    const advice = /valet-key|vk-/.test(path.basename(directory))
      ? `Run: chmod 700 '${directory}'`
      : 'Choose one of your own.';
    throw new RuntimeDirError(`${directory} is open to other users. ${advice}`);
  }
}
