import { Module } from 'node:module';
import * as vscode from 'vscode';

/**
 * What the start of another extension took of the extension host's thread, in milliseconds of its processor time: what
 * else a busy machine does in between is not counted. (Node before 23.9 tells only the time on the clock.)
 */
export interface Activation {
  /** Reading and running its bundle. */
  readonly loadMs: number;
  /** Its `activate`: up to where it gives way to others, and from there to its end. */
  readonly turnsMs: readonly number[];
}

/**
 * Measures the start of the extension that E2E_WATCH_ACTIVATION names; `globalThis.activation` has the result. This
 * extension starts with the extension host, before any other that waits for the window.
 */
export function watchActivation(): void {
  const extension = vscode.extensions.getExtension(process.env.E2E_WATCH_ACTIVATION ?? '');
  if (!extension || extension.isActive) return;
  // Not in the types: how Node loads a file with this ending.
  const { _extensions: loaders } = Module as unknown as {
    _extensions: Record<string, (module: { exports: { activate?: unknown } }, file: string) => void>;
  };
  const original = loaders['.js'];
  loaders['.js'] = (module, file) => {
    const start = spentMs();
    original?.(module, file);
    const loadMs = spentMs() - start;
    const { activate } = module.exports;
    if (!file.startsWith(extension.extensionPath) || typeof activate !== 'function') return;
    module.exports = {
      ...module.exports,
      activate: (context: unknown) => {
        const start = spentMs();
        let nextTurn = start;
        const { setImmediate: later } = globalThis;
        const timed = (callback: () => void): NodeJS.Immediate =>
          later(() => {
            nextTurn = spentMs();
            callback();
          });
        Object.assign(globalThis, { setImmediate: timed });
        const result: unknown = activate(context);
        Object.assign(globalThis, { setImmediate: later });
        const first = spentMs() - start;
        void Promise.resolve(result).then(() => {
          const activation: Activation = { loadMs, turnsMs: [first, spentMs() - nextTurn] };
          Object.assign(globalThis, { activation });
        });
        return result;
      },
    };
  };
}

function spentMs(): number {
  // Not yet in the types of the oldest Node.
  const { threadCpuUsage } = process as { threadCpuUsage?: () => { user: number; system: number } };
  if (!threadCpuUsage) return performance.now();
  const { user, system } = threadCpuUsage();
  return (user + system) / 1000;
}
