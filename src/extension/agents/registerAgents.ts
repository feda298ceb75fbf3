import { Disposable } from 'vscode';
import type { App } from '../app/app.ts';
import { type CommandTable, registerCommands } from '../app/registerCommands.ts';
import { registerAgentsView } from './views/agentsView.ts';

const COMMANDS: CommandTable = {
  'valetKey.copyMcpConfiguration': async () =>
    (await import('./commands/copyMcpConfiguration.ts')).copyMcpConfiguration,
  'valetKey.connectAgent': async () => (await import('./commands/connectAgent.ts')).connectAgent,
  'valetKey.disconnectAgent': async () => (await import('./commands/disconnectAgent.ts')).disconnectAgent,
  'valetKey.allowAgent': async () => (await import('./commands/allowAgent.ts')).allowAgent,
  'valetKey.freezeAgent': async () => (await import('./commands/freezeAgent.ts')).freezeAgent,
  'valetKey.unfreezeAgent': async () => (await import('./commands/unfreezeAgent.ts')).unfreezeAgent,
};

/** Who may call: commands and view. */
export function registerAgents(app: App): Disposable {
  return Disposable.from(registerCommands(app, COMMANDS), registerAgentsView(app));
}
