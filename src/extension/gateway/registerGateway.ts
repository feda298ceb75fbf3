import type { Disposable } from 'vscode';
import type { App } from '../app/app.ts';
import { type CommandTable, registerCommands } from '../app/registerCommands.ts';

const COMMANDS: CommandTable = {
  'valetKey.showLog': async () => (await import('./commands/showLog.ts')).showLog,
  'valetKey.restartGateway': async () => (await import('./commands/restartGateway.ts')).restartGateway,
};

/** What people do with the gateway itself. */
export function registerGateway(app: App): Disposable {
  return registerCommands(app, COMMANDS);
}
