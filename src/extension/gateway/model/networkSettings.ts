import { Worker } from 'node:worker_threads';
import * as vscode from 'vscode';
import type { NetworkSettings } from '../../../gateway/control/controlPort.ts';

/**
 * VS Code's own network settings, from the user's settings alone: a repository must not choose the proxy through which
 * credentials travel. `certificates` are the system's, when VS Code uses them.
 */
export function networkSettings(certificates: readonly string[]): NetworkSettings {
  const http = vscode.workspace.getConfiguration('http');
  const own = <T>(key: string): T | undefined => {
    const inspected = http.inspect<T>(key);
    return inspected?.globalValue ?? inspected?.defaultValue;
  };
  const proxy = own<string>('proxySupport') === 'off' ? '' : (own<string>('proxy') ?? '');
  return {
    ...(proxy === '' ? {} : { proxy }),
    noProxy: own<string[]>('noProxy') ?? [],
    certificates: own<boolean>('systemCertificates') === false ? [] : certificates,
  };
}

const READ_SYSTEM_CERTIFICATES = `
const { parentPort } = require('node:worker_threads');
parentPort.postMessage(require('node:tls').getCACertificates('system'));
`;

/**
 * The system's trusted certificates, PEM. Read in a thread of its own: the first reading asks the keychain of some
 * systems and can take seconds. Empty when they cannot be read.
 */
export function systemCertificates(): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const worker = new Worker(READ_SYSTEM_CERTIFICATES, { eval: true });
    worker.unref();
    worker.once('message', (certificates: string[]) => resolve(certificates));
    worker.once('error', () => resolve([]));
    worker.once('exit', () => resolve([]));
  });
}
