import { Disposable } from 'vscode';
import type { App } from '../app/app.ts';
import { type CommandTable, registerCommands } from '../app/registerCommands.ts';
import { registerProductionMark } from './views/productionMark.ts';
import { registerRotationReminders } from './views/rotationReminders.ts';
import { registerServicesView } from './views/servicesView.ts';
import { registerStateToasts } from './views/stateToast.ts';

const COMMANDS: CommandTable = {
  'valetKey.addService': async () => (await import('./commands/addService.ts')).addService,
  'valetKey.duplicateService': async () => (await import('./commands/duplicateService.ts')).duplicateService,
  'valetKey.verifyCredential': async () => (await import('./commands/verifyCredential.ts')).verifyCredential,
  'valetKey.testRequest': async () => (await import('./commands/testRequest.ts')).testRequest,
};

/** The services: their commands, their view, and what tells of them. */
export function registerServices(app: App, failed: (error: unknown) => void): Disposable {
  return Disposable.from(
    registerCommands(app, COMMANDS),
    registerServicesView(app),
    registerProductionMark(),
    registerStateToasts(app, failed),
    registerRotationReminders(app, failed),
  );
}
