import { Disposable } from 'vscode';
import type { App } from '../app/app.ts';
import { type CommandTable, registerCommands } from '../app/registerCommands.ts';
import { registerDestinationDiagnostics } from './editor/destinationDiagnostics.ts';
import { registerMoveSecretQuickFix } from './editor/moveSecretQuickFix.ts';
import type { LookParts } from './editor/policyLooks.ts';
import { registerPolicyLanguage } from './editor/registerPolicyLanguage.ts';
import { registerReviewLens } from './editor/reviewLens.ts';
import { registerApprovedDocuments } from './model/approvedDocuments.ts';

const COMMANDS: CommandTable = {
  'valetKey.reviewPolicyChanges': async () => (await import('./commands/reviewPolicyChanges.ts')).reviewPolicyChanges,
  'valetKey.openPolicyFile': async () => (await import('./commands/openPolicyFile.ts')).openPolicyFile,
};

/** The policy files: their commands, and what the editor knows of them. */
export function registerPolicy(app: App, language: LookParts): Disposable {
  return Disposable.from(
    registerCommands(app, COMMANDS),
    registerApprovedDocuments(app.policies),
    registerReviewLens(app),
    registerPolicyLanguage(app, language),
    registerDestinationDiagnostics(app),
    registerMoveSecretQuickFix(app),
  );
}
