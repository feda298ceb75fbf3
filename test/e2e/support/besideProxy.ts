import { type Agent, connectAgent } from '../../support/serve.ts';
import type { Editor } from './editor.ts';
import { until } from './wait.ts';

/** An agent of that name with a proxy as VS Code starts its own, so that it needs nobody's leave to call at all. */
export async function connectBesideProxy(editor: Editor, name: string): Promise<Agent> {
  const proxy = await until('a proxy', () => editor.processes('proxy')[0]);
  const env = Object.fromEntries(
    proxy.environment
      .filter((entry) => /^(VALETKEY_|ELECTRON_RUN_AS_NODE=)/.test(entry))
      .map((entry) => entry.split('=', 2)),
  ) as Record<string, string>;
  const script = proxy.commandLine.find((word) => word.endsWith('proxy.js')) ?? '';
  return connectAgent({ command: process.execPath, args: [script], env }, name);
}
