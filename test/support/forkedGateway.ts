import { type ChildProcess, fork } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Secret } from '../../src/core/secret.ts';
import type { CredentialSet, GatewayEvents } from '../../src/gateway/control/controlPort.ts';
import type { GatewayStart } from '../../src/gateway/control/pipe.ts';
import { PROXY } from './serve.ts';

export const GATEWAY = path.join(path.dirname(PROXY), 'gateway.js');

/** The private child process, forked as the extension forks it; the caller connects to it. */
export interface ForkedGateway {
  readonly process: ChildProcess;
  readonly start: GatewayStart;
  readonly events: GatewayEvents;
  /** Human audit lines and log messages, as they came over the pipe. */
  readonly told: string[];
  readonly proxy: { command: string; args: string[]; env: Record<string, string> };
  /** Bearer credentials for these services: their origin and value. */
  credentials(values: Record<string, readonly [origin: string, value: string]>): CredentialSet;
  end(): Promise<void>;
}

export function forkGateway(
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-')),
  nodeArgs: readonly string[] = [],
): ForkedGateway {
  const child = fork(GATEWAY, [], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: ['--disable-sigusr1', ...nodeArgs],
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
  });
  const told: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => told.push(chunk.toString()));
  const runtimeDir = path.join(folder, 'run');
  return {
    process: child,
    start: { runtimeDir, auditDir: path.join(folder, 'audit'), extensionVersion: '0.0.0' },
    told,
    events: {
      onAudit: (_event, line) => void told.push(line),
      onAccessRequest: (wish) => void told.push(JSON.stringify(wish)),
      onAgents: () => undefined,
      onApproval: (question) => void told.push(JSON.stringify(question)),
      onApprovalGone: (id, why) => void told.push(`${id} ${why}`),
      onToolsSeen: (seen) => void told.push(JSON.stringify(seen)),
      onServersChanged: () => undefined,
      onLog: (level, message) => void told.push(`[${level}] ${message}`),
    },
    proxy: { command: process.execPath, args: [PROXY], env: { VALETKEY_RUNTIME_DIR: runtimeDir } },
    credentials: (values) => ({
      current: Object.entries(values).map(([service, [origin, value]]) => ({
        service,
        value: new Secret(value),
        binding: { origin, placement: 'bearer' },
      })),
      retired: [],
      revoked: [],
    }),
    end: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        if (child.connected) child.disconnect();
        await ended;
      }
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}
