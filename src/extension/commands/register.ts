import * as vscode from 'vscode';
import type { App } from '../app.ts';
import { CredentialNotKeptError } from '../credentials/keptSecret.ts';
import { ApprovalNotKeptError } from '../policy/approvalStore.ts';
import { tellFailure } from '../ui/confirm.ts';
import { errorText } from '../util/errorText.ts';

/** What a command does. The argument is whatever VS Code passes along: a tree item, an editor's address, or nothing. */
type Command = (app: App, argument: unknown) => Promise<void>;

/** Each command's module is loaded when it is first used. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  'valetKey.addService': async () => (await import('./addService.ts')).addService,
  'valetKey.duplicateService': async () => (await import('./duplicateService.ts')).duplicateService,
  'valetKey.rotateCredential': async () => (await import('./rotateCredential.ts')).rotateCredential,
  'valetKey.enterCredential': async () => (await import('./rotateCredential.ts')).enterCredential,
  'valetKey.takeFromCommand': async () => (await import('./rotateCredential.ts')).takeFromCommand,
  'valetKey.showRotationHistory': async () => (await import('./showRotationHistory.ts')).showRotationHistory,
  'valetKey.undoRotation': async () => (await import('./undoRotation.ts')).undoRotation,
  'valetKey.verifyCredential': async () => (await import('./verifyCredential.ts')).verifyCredential,
  'valetKey.testRequest': async () => (await import('./testRequest.ts')).testRequest,
  'valetKey.removeAllCredentials': async () => (await import('./removeAllCredentials.ts')).removeAllCredentials,
  'valetKey.revokeCredential': async () => (await import('./revokeCredential.ts')).revokeCredential,
  'valetKey.freezeAll': async () => (await import('./freezeAll.ts')).freezeAll,
  'valetKey.freezeService': async () => (await import('./freezeService.ts')).freezeService,
  'valetKey.freezeServer': async () => (await import('./freezeServer.ts')).freezeServer,
  'valetKey.reviewServerTools': async () => (await import('./reviewServerTools.ts')).reviewServerTools,
  'valetKey.unfreeze': async () => (await import('./unfreeze.ts')).unfreeze,
  'valetKey.reviewPolicyChanges': async () => (await import('./reviewPolicyChanges.ts')).reviewPolicyChanges,
  'valetKey.openPolicyFile': async () => (await import('./openPolicyFile.ts')).openPolicyFile,
  'valetKey.showAuditLog': async () => (await import('./showAuditLog.ts')).showAuditLog,
  'valetKey.showStatus': async () => (await import('./showStatus.ts')).showStatus,
  'valetKey.showLog': async () => (await import('./showLog.ts')).showLog,
  'valetKey.restartGateway': async () => (await import('./restartGateway.ts')).restartGateway,
  'valetKey.copyMcpConfiguration': async () => (await import('./copyMcpConfiguration.ts')).copyMcpConfiguration,
  'valetKey.setUpCredentials': async () => (await import('./setUpCredentials.ts')).setUpCredentials,
  'valetKey.reviewAccessRequest': async () => (await import('./reviewAccessRequest.ts')).reviewAccessRequest,
  'valetKey.reviewPendingApprovals': async () => (await import('./reviewPendingApprovals.ts')).reviewPendingApprovals,
  'valetKey.addNarrowestRule': async () => (await import('./addNarrowestRule.ts')).addNarrowestRule,
  'valetKey.askEveryTime': async () => (await import('./addNarrowestRule.ts')).askEveryTime,
  'valetKey.explainCall': async () => (await import('./explainCall.ts')).explainCall,
  'valetKey.suggestTighterPolicy': async () => (await import('./suggestTighterPolicy.ts')).suggestTighterPolicy,
  'valetKey.learnPolicy': async () => (await import('./learnPolicy.ts')).learnPolicy,
  'valetKey.stopLearning': async () => (await import('./stopLearning.ts')).stopLearning,
  'valetKey.useProposal': async () => (await import('./useProposal.ts')).useProposal,
  'valetKey.verifyAuditLog': async () => (await import('./verifyAuditLog.ts')).verifyAuditLog,
  'valetKey.exportAuditLog': async () => (await import('./exportAuditLog.ts')).exportAuditLog,
  'valetKey.runCheckup': async () => (await import('./runCheckup.ts')).runCheckup,
  'valetKey.filterCheckup': async () => (await import('./filterCheckup.ts')).filterCheckup,
  'valetKey.exportCheckupReport': async () => (await import('./exportCheckupReport.ts')).exportCheckupReport,
  'valetKey.applyCheckupFix': async () => (await import('./applyCheckupFix.ts')).applyCheckupFix,
  'valetKey.undoCheckupFix': async () => (await import('./undoCheckupFix.ts')).undoCheckupFix,
  'valetKey.moveSecrets': async () => (await import('./moveSecrets.ts')).moveSecrets,
  'valetKey.waiveFinding': async () => (await import('./waiveFinding.ts')).waiveFinding,
  'valetKey.openFindingKeyPage': async () => (await import('./waiveFinding.ts')).openFindingKeyPage,
  'valetKey.drillKillSwitch': async () => (await import('./drillKillSwitch.ts')).drillKillSwitch,
  'valetKey.testErrorsForLeaks': async () => (await import('./testErrorsForLeaks.ts')).testErrorsForLeaks,
  'valetKey.connectAgent': async () => (await import('./connectAgent.ts')).connectAgent,
  'valetKey.disconnectAgent': async () => (await import('./disconnectAgent.ts')).disconnectAgent,
  'valetKey.allowAgent': async () => (await import('./allowAgent.ts')).allowAgent,
  'valetKey.freezeAgent': async () => (await import('./freezeAgent.ts')).freezeAgent,
  'valetKey.unfreezeAgent': async () => (await import('./unfreezeAgent.ts')).unfreezeAgent,
  'valetKey.openAuditExplorer': async () => (await import('./openAuditExplorer.ts')).openAuditExplorer,
  'valetKey.exportEvidencePack': async () => (await import('./exportEvidencePack.ts')).exportEvidencePack,
  'valetKey.showMenu': async () => (await import('./showMenu.ts')).showMenu,
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
