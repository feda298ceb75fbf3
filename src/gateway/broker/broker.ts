import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { errorText } from '../../core/errorText.ts';
import { type DiscoveryFile, discoverySchema } from '../../protocol/discoveryFile.ts';
import { isAlive } from '../../protocol/isAlive.ts';
import { PROTOCOL_VERSION } from '../../protocol/messages.ts';
import { readPlainFile } from '../../protocol/plainFile.ts';
import { ensureRuntimeDir } from '../../protocol/runtimeDir.ts';
import type { WindowInfo } from '../control/controlPort.ts';
import { MAX_CONNECTIONS } from '../limits/connections.ts';
import type { Gateway } from '../operations/gateway.ts';
import { serveConnection } from './connection.ts';
import { Places } from './places.ts';

/** How often the discovery file is looked after: cleaners of temporary directories take files away. */
const UPKEEP_MS = 2000;

/**
 * The socket side: a Unix socket (or named pipe) for proxies, and the discovery file by which they find it.
 */
export class Broker {
  readonly #gateway: Gateway;
  readonly #runtimeDir: string;
  readonly #gatewayId: string;
  readonly #key = randomBytes(32).toString('hex');
  readonly #onLog: (message: string) => void;
  readonly #connections = new Set<net.Socket>();
  readonly #places = new Places(MAX_CONNECTIONS, () => performance.now());
  readonly #waiting = { inAll: 0, calls: 0 };
  #server: net.Server | undefined;
  #window: WindowInfo;
  #upkeep: NodeJS.Timeout | undefined;

  constructor(options: {
    gateway: Gateway;
    gatewayId: string;
    runtimeDir: string;
    window: WindowInfo;
    onLog: (message: string) => void;
  }) {
    this.#gateway = options.gateway;
    this.#gatewayId = options.gatewayId;
    this.#runtimeDir = options.runtimeDir;
    this.#window = options.window;
    this.#onLog = options.onLog;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Listens and publishes the discovery file. Throws when the runtime directory is not safe. */
  async start(): Promise<void> {
    ensureRuntimeDir(this.#runtimeDir);
    this.#sweep();
    await this.#listen();
    this.#publish();
    this.#upkeep = setInterval(() => void this.#lookAfter(), UPKEEP_MS);
    this.#upkeep.unref();
  }

  /** Publishes what changed about the window. */
  setWindow(window: WindowInfo): void {
    this.#window = window;
    if (this.#server) this.#publish();
  }

  /** Takes the discovery file away: nobody finds this gateway any more. Those who have a connection keep it. */
  stopListening(): void {
    clearInterval(this.#upkeep);
    fs.rmSync(this.#discoveryPath, { force: true });
    this.#server?.close();
    this.#server = undefined;
  }

  /** Ends every connection, once what was written to it is on its way. */
  close(): void {
    this.stopListening();
    for (const socket of this.#connections) socket.destroySoon();
    if (process.platform !== 'win32') fs.rmSync(this.#socketPath, { force: true });
  }

  get #discoveryPath(): string {
    return path.join(this.#runtimeDir, `${this.#gatewayId}.json`);
  }

  get #socketPath(): string {
    return process.platform === 'win32'
      ? `\\\\.\\pipe\\valet-key-${this.#gatewayId}`
      : path.join(this.#runtimeDir, `${this.#gatewayId}.sock`);
  }

  #listen(): Promise<void> {
    const server = net.createServer((socket) => this.#accept(socket));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#socketPath, () => {
        server.off('error', reject);
        server.on('error', (error) => this.#onLog(`The socket failed: ${error.message}`));
        if (process.platform !== 'win32') fs.chmodSync(this.#socketPath, 0o600);
        resolve();
      });
    });
  }

  #accept(socket: net.Socket): void {
    socket.on('error', () => socket.destroy());
    if (!this.#places.take(socket)) {
      socket.destroy();
      return;
    }
    this.#connections.add(socket);
    serveConnection(socket, this.#key, this.#gateway, this.#waiting)
      // A peer that is out of form or vanished ends its own connection and nothing else.
      .catch((error: unknown) => this.#onLog(`A proxy's connection was ended: ${firstLine(error)}`))
      .finally(() => {
        this.#connections.delete(socket);
        this.#places.leave(socket);
      });
  }

  /** Writes the discovery file in one step: a reader sees the old file or the new one, never half. */
  #publish(): void {
    const discovery: DiscoveryFile = {
      protocol: PROTOCOL_VERSION,
      gatewayId: this.#gatewayId,
      pid: process.pid,
      hostPid: this.#window.hostPid,
      socket: this.#socketPath,
      folders: [...this.#window.folders],
      focusedAt: this.#window.focusedAt,
      key: this.#key,
    };
    const temporary = `${this.#discoveryPath}.${randomBytes(4).toString('hex')}.tmp`;
    fs.writeFileSync(temporary, JSON.stringify(discovery), { mode: 0o600, flag: 'wx' });
    fs.renameSync(temporary, this.#discoveryPath);
  }

  async #lookAfter(): Promise<void> {
    if (!this.#server) return;
    this.#places.look();
    try {
      ensureRuntimeDir(this.#runtimeDir);
      if (process.platform !== 'win32' && !fs.existsSync(this.#socketPath)) {
        this.#server.close();
        await this.#listen();
      }
      if (!fs.existsSync(this.#discoveryPath)) this.#publish();
    } catch (error) {
      this.#onLog(`The runtime directory could not be cleaned up: ${firstLine(error)}`);
    }
  }

  /** Removes what gateways left behind that are no more: a killed process cleans up nothing. */
  #sweep(): void {
    for (const name of fs.readdirSync(this.#runtimeDir)) {
      const file = path.join(this.#runtimeDir, name);
      if (!/^[0-9a-f]{16}\.json$/.test(name)) continue;
      const discovery = readDiscovery(file);
      if (discovery && isAlive(discovery.pid)) continue;
      fs.rmSync(file, { force: true });
      fs.rmSync(path.join(this.#runtimeDir, name.replace(/json$/, 'sock')), { force: true });
    }
  }
}

function readDiscovery(file: string): DiscoveryFile | undefined {
  try {
    return discoverySchema.parse(JSON.parse(readPlainFile(file)));
  } catch {
    return undefined; // half-written, of another version, or gone: all of them are of no use
  }
}

function firstLine(error: unknown): string {
  return errorText(error).split('\n', 1)[0] ?? '';
}
