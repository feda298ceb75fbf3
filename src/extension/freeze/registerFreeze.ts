import type { Disposable } from 'vscode';
import type { App } from '../app/app.ts';
import { type CommandTable, registerCommands } from '../app/registerCommands.ts';

const COMMANDS: CommandTable = {
  'valetKey.freezeAll': async () => (await import('./commands/freezeAll.ts')).freezeAll,
  'valetKey.freezeService': async () => (await import('./commands/freezeService.ts')).freezeService,
  'valetKey.freezeServer': async () => (await import('./commands/freezeServer.ts')).freezeServer,
  'valetKey.unfreeze': async () => (await import('./commands/unfreeze.ts')).unfreeze,
  'valetKey.drillKillSwitch': async () => (await import('./commands/testKillSwitch.ts')).testKillSwitch,
};

/** The kill switch. */
export function registerFreeze(app: App): Disposable {
  return registerCommands(app, COMMANDS);
}
