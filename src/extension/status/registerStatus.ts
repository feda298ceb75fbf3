import { Disposable } from 'vscode';
import type { App } from '../app/app.ts';
import { type CommandTable, registerCommands } from '../app/registerCommands.ts';
import { registerContextKeys } from './views/contextKeys.ts';
import { registerStatusBar } from './views/statusBar.ts';

const COMMANDS: CommandTable = {
  'valetKey.showStatus': async () => (await import('./commands/showStatus.ts')).showStatus,
  'valetKey.showMenu': async () => (await import('./commands/showMenu.ts')).showMenu,
};

/** What is shown of the whole window: the status bar, its menu, and the keys that `when` clauses ask for. */
export function registerStatus(app: App): Disposable {
  return Disposable.from(registerCommands(app, COMMANDS), registerStatusBar(app), registerContextKeys(app));
}
