import { commands, l10n } from 'vscode';
import type { App } from '../../app/app.ts';
import { approvalsText } from '../../approvals/views/approvalNode.ts';
import { credentialNeeds } from '../../services/model/credentialNeeds.ts';
import { needsText } from '../../services/views/setUpNode.ts';
import { askChoice, single } from '../../ui/steps.ts';

/** The status bar's menu. Each entry is a command that asks its own questions. */
export async function showMenu(app: App): Promise<void> {
  const { all, services } = app.freeze.state;
  const pending = app.policies.entries().some((entry) => entry.pending.length > 0);
  const needs = credentialNeeds(app.services);
  const { waiting } = app.approvals.queue;
  const entries = [
    ...(waiting.length > 0
      ? [
          {
            label: `$(bell-dot) ${l10n.t('Review Pending Approvals…')}`,
            description: approvalsText(waiting.length),
            value: 'valetKey.reviewPendingApprovals',
          },
        ]
      : []),
    ...(app.learning.session
      ? [
          {
            label: `$(mortar-board) ${l10n.t('Stop Learning')}`,
            description: app.learning.session.service,
            value: 'valetKey.stopLearning',
          },
        ]
      : []),
    ...(pending
      ? [
          {
            label: `$(git-pull-request) ${l10n.t('Review and Apply Policy Changes')}`,
            value: 'valetKey.reviewPolicyChanges',
          },
        ]
      : []),
    ...(app.accessRequests.waiting.length > 0
      ? [{ label: `$(comment-unresolved) ${l10n.t('Review Access Request…')}`, value: 'valetKey.reviewAccessRequest' }]
      : []),
    ...(app.agents.waiting.length > 0
      ? [{ label: `$(question) ${l10n.t('Allow Agent…')}`, value: 'valetKey.allowAgent' }]
      : []),
    ...(app.toolPins.waiting.length > 0
      ? [{ label: `$(eye) ${l10n.t('Review Server Tools…')}`, value: 'valetKey.reviewServerTools' }]
      : []),
    ...(needs.missing.length > 0
      ? [
          {
            label: `$(key) ${l10n.t('Set Up Credentials…')}`,
            description: needsText(needs),
            value: 'valetKey.setUpCredentials',
          },
        ]
      : []),
    ...(all ? [] : [{ label: `$(stop-circle) ${l10n.t('Freeze All Access')}`, value: 'valetKey.freezeAll' }]),
    ...(all || services.length > 0 ? [{ label: `$(unlock) ${l10n.t('Unfreeze…')}`, value: 'valetKey.unfreeze' }] : []),
    { label: `$(add) ${l10n.t('Add Service…')}`, value: 'valetKey.addService' },
    { label: `$(sync) ${l10n.t('Rotate Credential…')}`, value: 'valetKey.rotateCredential' },
    { label: `$(verified) ${l10n.t('Verify Credential…')}`, value: 'valetKey.verifyCredential' },
    { label: `$(beaker) ${l10n.t('Test a Request…')}`, value: 'valetKey.testRequest' },
    { label: `$(plug) ${l10n.t('Connect Another Agent…')}`, value: 'valetKey.connectAgent' },
    { label: `$(output) ${l10n.t('Show Audit Log')}`, value: 'valetKey.showAuditLog' },
    { label: `$(graph) ${l10n.t('Open Audit Explorer')}`, value: 'valetKey.openAuditExplorer' },
    { label: `$(go-to-file) ${l10n.t('Open Policy File')}`, value: 'valetKey.openPolicyFile' },
    { label: `$(info) ${l10n.t('Show Status')}`, value: 'valetKey.showStatus' },
  ];
  const answer = await askChoice(single(l10n.t('Valet Key')), l10n.t('What would you like to do?'), entries);
  if (answer.kind === 'value') await commands.executeCommand(answer.value);
}
