import { Disposable } from 'vscode';
import type { App } from '../app/app.ts';
import { type CommandTable, registerCommands } from '../app/registerCommands.ts';
import { registerCheckupDiagnostics } from './views/checkupDiagnostics.ts';
import { registerCheckupView } from './views/checkupView.ts';

const COMMANDS: CommandTable = {
  'valetKey.runCheckup': async () => (await import('./commands/runCheckup.ts')).runCheckup,
  'valetKey.filterCheckup': async () => (await import('./commands/filterCheckup.ts')).filterCheckup,
  'valetKey.exportCheckupReport': async () => (await import('./commands/exportCheckupReport.ts')).exportCheckupReport,
  'valetKey.applyCheckupFix': async () => (await import('./commands/applyCheckupFix.ts')).applyCheckupFix,
  'valetKey.undoCheckupFix': async () => (await import('./commands/undoCheckupFix.ts')).undoCheckupFix,
  'valetKey.moveSecrets': async () => (await import('./commands/moveSecrets.ts')).moveSecrets,
  'valetKey.waiveFinding': async () => (await import('./commands/markAsRotated.ts')).markAsRotated,
  'valetKey.markAsNotSecret': async () => (await import('./commands/dismissFinding.ts')).markAsNotSecret,
  'valetKey.acceptRisk': async () => (await import('./commands/dismissFinding.ts')).acceptRisk,
  'valetKey.restoreFinding': async () => (await import('./commands/dismissFinding.ts')).restoreFinding,
  'valetKey.openFindingKeyPage': async () => (await import('./commands/markAsRotated.ts')).openFindingKeyPage,
  'valetKey.testErrorsForLeaks': async () => (await import('./commands/testErrorsForLeaks.ts')).testErrorsForLeaks,
};

/** The checkup: its commands, its view, and what it says in the files themselves. */
export function registerCheckup(app: App): Disposable {
  return Disposable.from(registerCommands(app, COMMANDS), registerCheckupView(app), registerCheckupDiagnostics(app));
}
