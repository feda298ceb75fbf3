import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EditorVersion, editorFolders } from '../../../scripts/lib/editorFolders.mjs';
import { run } from '../../../scripts/lib/run.mjs';
import { freePort } from './freePort.ts';
import { isAlive, type ProcessInfo, processesOf } from './processes.ts';
import { pause, until } from './wait.ts';

export interface ServerOptions {
  readonly version: EditorVersion;
  /** VSIX files to install. */
  readonly extensions: readonly string[];
  /** The user's settings, on top of quiet defaults. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Further environment variables of the editor and all its children; `undefined` removes a default one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** VS Code's own log level; `trace` is where a leak would show. Default: info. */
  readonly logLevel?: 'info' | 'debug' | 'trace';
  /** Whether workspace trust is in use; without it every workspace counts as trusted. Default: false. */
  readonly workspaceTrust?: boolean;
}

/** Every path of one throw-away profile. All of it is inside `root` and goes with it. */
export interface ProfileFolders {
  readonly root: string;
  readonly home: string;
  readonly workspace: string;
  /** VS Code's user data: settings, logs, global storage. */
  readonly data: string;
  readonly extensions: string;
  /** XDG_RUNTIME_DIR of the editor, 0700. */
  readonly runtime: string;
  /** Sockets of the driver extension. */
  readonly driver: string;
  /** One browser profile each. */
  readonly browsers: string;
}

const QUIET_SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'security.workspace.trust.startupPrompt': 'never',
  'chat.agentHost.enabled': false,
  'git.enabled': false,
};

/** A VS Code server in a throw-away profile. It sees nothing of the user's own home or environment. */
export class EditorServer {
  readonly folders: ProfileFolders;
  readonly port: number;
  readonly #options: ServerOptions;
  readonly #environment: Record<string, string>;
  #process: ChildProcess | undefined;

  private constructor(options: ServerOptions, folders: ProfileFolders, port: number) {
    this.#options = options;
    this.folders = folders;
    this.port = port;
    this.#environment = environmentOf(options, folders);
  }

  static async start(options: ServerOptions): Promise<EditorServer> {
    const server = new EditorServer(options, createFolders(), await freePort());
    try {
      server.writeSettings({ ...QUIET_SETTINGS, ...options.settings });
      await server.#install(options.extensions);
      await server.#spawn();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Replaces the user's settings.json. */
  writeSettings(settings: Readonly<Record<string, unknown>>): void {
    writeFileSync(join(this.folders.data, 'User/settings.json'), JSON.stringify(settings, null, 2));
  }

  /** The server and everything that runs because of it, the browser excepted. */
  processes(): ProcessInfo[] {
    const pid = this.#process?.pid;
    if (pid === undefined) return [];
    return processesOf(pid, this.folders.root, this.folders.browsers);
  }

  /** Ends the server and starts it again on the same port with the same profile. */
  async restart(): Promise<void> {
    await this.#end();
    await this.#spawn();
  }

  /**
   * Ends the server and removes the profile.
   *
   * @returns what did not end by itself within fifteen seconds and had to be killed
   */
  async stop(options: { keepProfile?: boolean } = {}): Promise<ProcessInfo[]> {
    const killed = await this.#end();
    if (!options.keepProfile) rmSync(this.folders.root, { recursive: true, force: true, maxRetries: 5 });
    return killed;
  }

  async #install(extensions: readonly string[]): Promise<void> {
    if (extensions.length === 0) return;
    const { node, entry } = editorFolders(this.#options.version);
    await run(
      node,
      [entry, ...this.#profileArguments(), '--force', ...extensions.flatMap((file) => ['--install-extension', file])],
      {
        env: this.#environment,
        quiet: true,
        what: 'installing the extensions into the editor',
      },
    );
  }

  async #spawn(): Promise<void> {
    const { node, entry } = editorFolders(this.#options.version);
    const log = openSync(join(this.folders.root, 'server.log'), 'a');
    const child = spawn(
      node,
      [
        entry,
        ...this.#profileArguments(),
        ...['--auth', 'none', '--bind-addr', `127.0.0.1:${this.port}`, '--log', this.#options.logLevel ?? 'info'],
        ...['--disable-telemetry', '--disable-update-check', '--disable-proxy', '--ignore-last-opened'],
        '--disable-getting-started-override',
        ...(this.#options.workspaceTrust ? [] : ['--disable-workspace-trust']),
        ...(knowsGraceTime(this.#options.version) ? ['--reconnection-grace-time', '3'] : []),
      ],
      // A session of its own, so that its children can be told from ours.
      { env: this.#environment, cwd: this.folders.home, detached: true, stdio: ['ignore', log, log] },
    );
    closeSync(log);
    this.#process = child;
    await until(
      'the editor to listen',
      async () => {
        if (child.exitCode !== null) return true;
        return (await fetch(`${this.origin}/healthz`)).ok;
      },
      30_000,
    );
    if (child.exitCode !== null) {
      throw new Error(`the editor ended at once:\n${readFileSync(join(this.folders.root, 'server.log'), 'utf8')}`);
    }
  }

  #profileArguments(): string[] {
    const { data, extensions } = this.folders;
    return ['--config', '/dev/null', '--user-data-dir', data, '--extensions-dir', extensions];
  }

  async #end(): Promise<ProcessInfo[]> {
    const child = this.#process;
    if (child?.pid === undefined) return [];
    const started = this.processes();
    signal(child.pid, 'SIGTERM');
    const end = Date.now() + 15_000;
    let alive = started;
    while (alive.length > 0 && Date.now() < end) {
      await pause(50);
      alive = alive.filter(({ pid }) => isAlive(pid));
    }
    for (const { pid } of alive) signal(pid, 'SIGKILL');
    this.#process = undefined;
    return alive;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended in the meantime, which is what was wanted.
  }
}

function createFolders(): ProfileFolders {
  // Short, because Unix socket paths end at about a hundred bytes.
  const root = mkdtempSync(join(tmpdir(), 'vk-'));
  const folders: ProfileFolders = {
    root,
    home: join(root, 'home'),
    workspace: join(root, 'workspace'),
    data: join(root, 'data'),
    extensions: join(root, 'extensions'),
    runtime: join(root, 'run'),
    driver: join(root, 'driver'),
    browsers: join(root, 'browsers'),
  };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  mkdirSync(join(folders.data, 'User'));
  return folders;
}

function environmentOf(options: ServerOptions, folders: ProfileFolders): Record<string, string> {
  const values: Record<string, string | undefined> = {
    PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    SHELL: '/bin/sh',
    TMPDIR: process.env.TMPDIR,
    HOME: folders.home,
    XDG_RUNTIME_DIR: folders.runtime,
    E2E_DRIVER_DIR: folders.driver,
    // The extension gallery's place: a port where nobody listens, so that no look-up leaves the machine.
    EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: 'http://127.0.0.1:9/', itemUrl: '', resourceUrlTemplate: '' }),
    ...options.env,
  };
  return Object.fromEntries(Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/** Newer ones can be told how long to keep the extension host of a closed window: hours, if they are not. */
function knowsGraceTime(version: EditorVersion): boolean {
  const cli = join(editorFolders(version).folder, 'node_modules/code-server/out/node/cli.js');
  return readFileSync(cli, 'utf8').includes('reconnection-grace-time');
}
