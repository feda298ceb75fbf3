import { type Command, l10n, ThemeColor, ThemeIcon } from 'vscode';
import type { Service } from '../../../core/policy/model/service.ts';
import type { Remedy } from '../../../gateway/control/controlPort.ts';
import type { ShownStatus } from '../model/serviceList.ts';

/** A service's state in words: what the tree, the menus and screen readers say. */
export function statusText(status: ShownStatus): string {
  switch (status) {
    case 'ready':
      return l10n.t('ready');
    case 'unverified':
      return l10n.t('ready, not verified');
    case 'expiring':
      return l10n.t('expires soon');
    case 'expired':
      return l10n.t('expired');
    case 'rejected':
      return l10n.t('rejected by the API');
    case 'missing_credential':
      return l10n.t('credential missing');
    case 'revoked':
      return l10n.t('revoked');
    case 'frozen':
      return l10n.t('frozen');
    case 'not_confirmed':
      return l10n.t('destination not confirmed');
    case 'not_approved':
      return l10n.t('not approved');
    case 'starting':
      return l10n.t('starting');
    case 'gateway_down':
      return l10n.t('gateway down');
    case 'untrusted':
      return l10n.t('workspace not trusted');
    case 'forbidden':
      return l10n.t('not allowed by the administrator');
  }
}

/** What fixes a credential: signing in again where that makes it, entering it where there is none to use, or another one. */
export function fixText(service: Service | undefined, status: ShownStatus): string {
  if (service?.auth.type === 'oauth2' && service.auth.grant === 'authorization_code') return l10n.t('Sign In Again…');
  return ['missing_credential', 'revoked', 'not_confirmed'].includes(status)
    ? l10n.t('Enter Credential…')
    : l10n.t('Rotate…');
}

/** What to do about a state that is not `ready`, in one sentence. `fix` is the gateway's word on a `rejected` one. */
export function statusHint(status: ShownStatus, remedy?: Remedy): string | undefined {
  switch (status) {
    case 'ready':
    case 'unverified':
    case 'starting':
      return undefined;
    case 'rejected':
      return remedy === undefined ? l10n.t('Rotate the credential.') : fixHint(remedy);
    case 'expiring':
    case 'expired':
      return l10n.t('Rotate the credential.');
    case 'missing_credential':
    case 'revoked':
      return l10n.t('Enter the credential.');
    case 'frozen':
      return l10n.t('Run “Unfreeze” first.');
    case 'not_confirmed':
      return l10n.t(
        'The policy names a different destination from the one this credential was entered for. Enter it again with “Rotate Credential”.',
      );
    case 'not_approved':
      return l10n.t('Approve it with “Review and Apply Policy Changes”.');
    case 'gateway_down':
      return l10n.t(
        'Every call is refused until the gateway is running again. Valet Key is restarting it; “Show Status” shows why it ended.',
      );
    case 'untrusted':
      return l10n.t('Every call is refused. Trust the workspace with “Workspaces: Manage Workspace Trust”.');
    case 'forbidden':
      return l10n.t('Only the administrator of this machine can change that.');
  }
}

function fixHint(remedy: Remedy): string {
  switch (remedy) {
    case 'clock':
      return l10n.t('Correct the clock of this machine. The credential is not the problem.');
    case 'policy':
      return l10n.t(
        'Compare `auth` in the policy file with what the provider granted. The credential itself may be fine.',
      );
  }
}

/** The command that does what {@link statusHint} says, for this service. */
export function statusAction(status: ShownStatus, service: string, remedy?: Remedy): Command | undefined {
  const title = statusHint(status, remedy) ?? '';
  if (status === 'rejected' && remedy === 'clock') return undefined;
  if (status === 'rejected' && remedy === 'policy') {
    return { command: 'valetKey.openPolicyFile', title, arguments: [service] };
  }
  switch (status) {
    case 'expiring':
    case 'expired':
    case 'rejected':
    case 'not_confirmed':
      return { command: 'valetKey.rotateCredential', title, arguments: [service] };
    case 'missing_credential':
    case 'revoked':
      return { command: 'valetKey.enterCredential', title, arguments: [service] };
    case 'frozen':
      return { command: 'valetKey.unfreeze', title, arguments: [service] };
    case 'not_approved':
      return { command: 'valetKey.reviewPolicyChanges', title };
    case 'gateway_down':
    case 'forbidden':
      return { command: 'valetKey.showStatus', title };
    case 'untrusted':
      return { command: 'workbench.trust.manage', title };
    case 'ready':
    case 'unverified':
    case 'starting':
      return undefined;
  }
}

export function statusIcon(status: ShownStatus): ThemeIcon {
  switch (status) {
    case 'ready':
      return new ThemeIcon('pass', new ThemeColor('testing.iconPassed'));
    case 'unverified':
      return new ThemeIcon('unverified', new ThemeColor('testing.iconPassed'));
    case 'expiring':
      return new ThemeIcon('clock', new ThemeColor('list.warningForeground'));
    case 'expired':
    case 'rejected':
      return new ThemeIcon('error', new ThemeColor('list.errorForeground'));
    case 'missing_credential':
      return new ThemeIcon('key', new ThemeColor('list.warningForeground'));
    case 'revoked':
      return new ThemeIcon('circle-slash');
    case 'frozen':
      return new ThemeIcon('lock', new ThemeColor('list.errorForeground'));
    case 'not_confirmed':
      return new ThemeIcon('question', new ThemeColor('list.warningForeground'));
    case 'not_approved':
      return new ThemeIcon('git-pull-request', new ThemeColor('list.warningForeground'));
    case 'starting':
      return new ThemeIcon('loading~spin');
    case 'gateway_down':
      return new ThemeIcon('debug-disconnect', new ThemeColor('list.errorForeground'));
    case 'untrusted':
      return new ThemeIcon('workspace-untrusted', new ThemeColor('list.warningForeground'));
    case 'forbidden':
      return new ThemeIcon('circle-slash', new ThemeColor('list.errorForeground'));
  }
}
