import * as vscode from 'vscode';
import type { App } from '../app/app.ts';
import { CredentialNotKeptError } from '../credentials/model/keptSecret.ts';
import { ApprovalNotKeptError } from '../state/sealedText.ts';
import { tellFailure } from '../ui/confirm.ts';
import { errorText } from '../util/errorText.ts';

/** What a command does. The argument is whatever VS Code passes along: a tree item, an editor's address, or nothing. */
type Command = (app: App, argument: unknown) => Promise<void>;

/** Each command's module is loaded when it is first used. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  'valetKey.addService': async () => (await import('../services/commands/addService.ts')).addService,
  'valetKey.duplicateService': async () => (await import('../services/commands/duplicateService.ts')).duplicateService,
  'valetKey.rotateCredential': async () =>
    (await import('../credentials/commands/rotateCredential.ts')).rotateCredential,
  'valetKey.enterCredential': async () => (await import('../credentials/commands/rotateCredential.ts')).enterCredential,
  'valetKey.takeFromCommand': async () => (await import('../credentials/commands/rotateCredential.ts')).takeFromCommand,
  'valetKey.showRotationHistory': async () =>
    (await import('../credentials/commands/showRotationHistory.ts')).showRotationHistory,
  'valetKey.undoRotation': async () => (await import('../credentials/commands/undoRotation.ts')).undoRotation,
  'valetKey.verifyCredential': async () => (await import('../services/commands/verifyCredential.ts')).verifyCredential,
  'valetKey.testRequest': async () => (await import('../services/commands/testRequest.ts')).testRequest,
  'valetKey.removeAllCredentials': async () =>
    (await import('../credentials/commands/removeAllCredentials.ts')).removeAllCredentials,
  'valetKey.revokeCredential': async () =>
    (await import('../credentials/commands/revokeCredential.ts')).revokeCredential,
  'valetKey.freezeAll': async () => (await import('../freeze/commands/freezeAll.ts')).freezeAll,
  'valetKey.freezeService': async () => (await import('../freeze/commands/freezeService.ts')).freezeService,
  'valetKey.freezeServer': async () => (await import('../freeze/commands/freezeServer.ts')).freezeServer,
  'valetKey.reviewServerTools': async () =>
    (await import('../servers/commands/reviewServerTools.ts')).reviewServerTools,
  'valetKey.unfreeze': async () => (await import('../freeze/commands/unfreeze.ts')).unfreeze,
  'valetKey.reviewPolicyChanges': async () =>
    (await import('../policy/commands/reviewPolicyChanges.ts')).reviewPolicyChanges,
  'valetKey.openPolicyFile': async () => (await import('../policy/commands/openPolicyFile.ts')).openPolicyFile,
  'valetKey.showAuditLog': async () => (await import('../audit/commands/showAuditLog.ts')).showAuditLog,
  'valetKey.showStatus': async () => (await import('../status/commands/showStatus.ts')).showStatus,
  'valetKey.showLog': async () => (await import('../gateway/commands/showLog.ts')).showLog,
  'valetKey.restartGateway': async () => (await import('../gateway/commands/restartGateway.ts')).restartGateway,
  'valetKey.copyMcpConfiguration': async () =>
    (await import('../agents/commands/copyMcpConfiguration.ts')).copyMcpConfiguration,
  'valetKey.setUpCredentials': async () =>
    (await import('../credentials/commands/setUpCredentials.ts')).setUpCredentials,
  'valetKey.reviewAccessRequest': async () =>
    (await import('../audit/commands/reviewAccessRequest.ts')).reviewAccessRequest,
  'valetKey.reviewPendingApprovals': async () =>
    (await import('../approvals/commands/reviewPendingApprovals.ts')).reviewPendingApprovals,
  'valetKey.addNarrowestRule': async () => (await import('../audit/commands/addNarrowestRule.ts')).addNarrowestRule,
  'valetKey.askEveryTime': async () => (await import('../audit/commands/addNarrowestRule.ts')).askEveryTime,
  'valetKey.explainCall': async () => (await import('../audit/commands/explainCall.ts')).explainCall,
  'valetKey.suggestTighterPolicy': async () =>
    (await import('../learn/commands/suggestTighterPolicy.ts')).suggestTighterPolicy,
  'valetKey.learnPolicy': async () => (await import('../learn/commands/learnPolicy.ts')).learnPolicy,
  'valetKey.stopLearning': async () => (await import('../learn/commands/stopLearning.ts')).stopLearning,
  'valetKey.useProposal': async () => (await import('../learn/commands/useProposal.ts')).useProposal,
  'valetKey.verifyAuditLog': async () => (await import('../audit/commands/verifyAuditLog.ts')).verifyAuditLog,
  'valetKey.exportAuditLog': async () => (await import('../audit/commands/exportAuditLog.ts')).exportAuditLog,
  'valetKey.runCheckup': async () => (await import('../checkup/commands/runCheckup.ts')).runCheckup,
  'valetKey.filterCheckup': async () => (await import('../checkup/commands/filterCheckup.ts')).filterCheckup,
  'valetKey.exportCheckupReport': async () =>
    (await import('../checkup/commands/exportCheckupReport.ts')).exportCheckupReport,
  'valetKey.applyCheckupFix': async () => (await import('../checkup/commands/applyCheckupFix.ts')).applyCheckupFix,
  'valetKey.undoCheckupFix': async () => (await import('../checkup/commands/undoCheckupFix.ts')).undoCheckupFix,
  'valetKey.moveSecrets': async () => (await import('../checkup/commands/moveSecrets.ts')).moveSecrets,
  'valetKey.waiveFinding': async () => (await import('../checkup/commands/waiveFinding.ts')).waiveFinding,
  'valetKey.openFindingKeyPage': async () => (await import('../checkup/commands/waiveFinding.ts')).openFindingKeyPage,
  'valetKey.drillKillSwitch': async () => (await import('../freeze/commands/drillKillSwitch.ts')).drillKillSwitch,
  'valetKey.testErrorsForLeaks': async () =>
    (await import('../checkup/commands/testErrorsForLeaks.ts')).testErrorsForLeaks,
  'valetKey.connectAgent': async () => (await import('../agents/commands/connectAgent.ts')).connectAgent,
  'valetKey.disconnectAgent': async () => (await import('../agents/commands/disconnectAgent.ts')).disconnectAgent,
  'valetKey.allowAgent': async () => (await import('../agents/commands/allowAgent.ts')).allowAgent,
  'valetKey.freezeAgent': async () => (await import('../agents/commands/freezeAgent.ts')).freezeAgent,
  'valetKey.unfreezeAgent': async () => (await import('../agents/commands/unfreezeAgent.ts')).unfreezeAgent,
  'valetKey.openAuditExplorer': async () => (await import('../audit/commands/openAuditExplorer.ts')).openAuditExplorer,
  'valetKey.exportEvidencePack': async () =>
    (await import('../audit/commands/exportEvidencePack.ts')).exportEvidencePack,
  'valetKey.showMenu': async () => (await import('../status/commands/showMenu.ts')).showMenu,
};

/** Registers every command. One that fails says so in a dialog, and in the log. */
export function registerCommands(app: App): vscode.Disposable {
  return vscode.Disposable.from(
    ...Object.entries(COMMANDS).map(([id, load]) =>
      vscode.commands.registerCommand(id, async (argument?: unknown) => {
        try {
          await (await load())(app, argument);
        } catch (error) {
          app.log.error(`${id}: ${errorText(error)}`);
          await tellFailure(vscode.l10n.t('Valet Key could not finish that.'), reasonOf(error));
        }
      }),
    ),
  );
}

/** Why it failed and what to do next. */
function reasonOf(error: unknown): string {
  if (error instanceof CredentialNotKeptError || error instanceof ApprovalNotKeptError) {
    return vscode.l10n.t(
      'VS Code’s secret storage did not keep what it was given, so nothing was changed. Check that the system’s keyring is unlocked, and try again.',
    );
  }
  return vscode.l10n.t(
    '{0}\n\nTry again. If it keeps failing, the “Valet Key” output channel has the details.',
    errorText(error),
  );
}
