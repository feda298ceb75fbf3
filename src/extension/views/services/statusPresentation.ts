import { l10n, ThemeColor, ThemeIcon } from 'vscode';
import type { ServiceStatus } from '../../../gateway/parent.ts';

/** A service's state in words: what the tree, the menus and screen readers say. */
export function statusText(status: ServiceStatus): string {
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
  }
}

/** What to do about a state that is not `ready`, in one sentence. */
export function statusHint(status: ServiceStatus): string | undefined {
  switch (status) {
    case 'ready':
    case 'unverified':
      return undefined;
    case 'expiring':
    case 'expired':
    case 'rejected':
      return l10n.t('Rotate the credential.');
    case 'missing_credential':
    case 'revoked':
      return l10n.t('Enter the credential with “Rotate Credential”.');
    case 'frozen':
      return l10n.t('Lift the freeze with “Unfreeze”.');
    case 'not_confirmed':
      return l10n.t(
        'The policy names another destination than the one this credential was entered for. Enter it again with “Rotate Credential”.',
      );
    case 'not_approved':
      return l10n.t('Approve it with “Review and Apply Policy Changes”.');
  }
}

export function statusIcon(status: ServiceStatus): ThemeIcon {
  switch (status) {
    case 'ready':
    case 'unverified':
      return new ThemeIcon('pass', new ThemeColor('testing.iconPassed'));
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
  }
}
