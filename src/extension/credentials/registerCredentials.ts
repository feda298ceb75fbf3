import type { Disposable } from 'vscode';
import type { App } from '../app/app.ts';
import { type CommandTable, registerCommands } from '../app/registerCommands.ts';

const COMMANDS: CommandTable = {
  'valetKey.rotateCredential': async () => (await import('./commands/rotateCredential.ts')).rotateCredential,
  'valetKey.enterCredential': async () => (await import('./commands/rotateCredential.ts')).enterCredential,
  'valetKey.takeFromCommand': async () => (await import('./commands/rotateCredential.ts')).takeFromCommand,
  'valetKey.showRotationHistory': async () => (await import('./commands/showRotationHistory.ts')).showRotationHistory,
  'valetKey.undoRotation': async () => (await import('./commands/undoRotation.ts')).undoRotation,
  'valetKey.removeAllCredentials': async () =>
    (await import('./commands/removeAllCredentials.ts')).removeAllCredentials,
  'valetKey.revokeCredential': async () => (await import('./commands/revokeCredential.ts')).revokeCredential,
  'valetKey.setUpCredentials': async () => (await import('./commands/setUpCredentials.ts')).setUpCredentials,
};

/** What people do with credentials. */
export function registerCredentials(app: App): Disposable {
  return registerCommands(app, COMMANDS);
}
