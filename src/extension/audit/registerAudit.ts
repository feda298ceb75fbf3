import { Disposable } from 'vscode';
import type { App } from '../app/app.ts';
import { type CommandTable, registerCommands } from '../app/registerCommands.ts';
import { registerActivityView } from './views/activityView.ts';

const COMMANDS: CommandTable = {
  'valetKey.showAuditLog': async () => (await import('./commands/showAuditLog.ts')).showAuditLog,
  'valetKey.reviewAccessRequest': async () => (await import('./commands/reviewAccessRequest.ts')).reviewAccessRequest,
  'valetKey.addNarrowestRule': async () => (await import('./commands/addNarrowestRule.ts')).addNarrowestRule,
  'valetKey.askEveryTime': async () => (await import('./commands/addNarrowestRule.ts')).askEveryTime,
  'valetKey.explainCall': async () => (await import('./commands/explainCall.ts')).explainCall,
  'valetKey.verifyAuditLog': async () => (await import('./commands/verifyAuditLog.ts')).verifyAuditLog,
  'valetKey.exportAuditLog': async () => (await import('./commands/exportAuditLog.ts')).exportAuditLog,
  'valetKey.openAuditExplorer': async () => (await import('./commands/openAuditExplorer.ts')).openAuditExplorer,
  'valetKey.exportEvidencePack': async () => (await import('./commands/exportEvidencePack.ts')).exportEvidencePack,
};

/** The audit trail: its commands, and the view of what agents do now. */
export function registerAudit(app: App): Disposable {
  return Disposable.from(registerCommands(app, COMMANDS), registerActivityView(app));
}
