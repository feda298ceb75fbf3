import type { Disposable } from 'vscode';
import type { App } from '../app/app.ts';
import { type CommandTable, registerCommands } from '../app/registerCommands.ts';

const COMMANDS: CommandTable = {
  'valetKey.reviewServerTools': async () => (await import('./commands/reviewServerTools.ts')).reviewServerTools,
};

/** MCP servers behind Valet Key. */
export function registerServers(app: App): Disposable {
  return registerCommands(app, COMMANDS);
}
