import type { Disposable } from 'vscode';
import type { App } from '../app/app.ts';
import { type CommandTable, registerCommands } from '../app/registerCommands.ts';

const COMMANDS: CommandTable = {
  'valetKey.reviewPendingApprovals': async () =>
    (await import('./commands/reviewPendingApprovals.ts')).reviewPendingApprovals,
};

/** The requests that wait for the user’s word. */
export function registerApprovals(app: App): Disposable {
  return registerCommands(app, COMMANDS);
}
