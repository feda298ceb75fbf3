import { l10n, ThemeColor, ThemeIcon } from 'vscode';
import { Row } from '../../ui/row.ts';
import type { CredentialNeeds } from '../model/credentialNeeds.ts';

/** Says that policies name credentials that are not here yet, and sets them up. */
export class SetUpNode extends Row {
  constructor(needs: CredentialNeeds) {
    // The way on first: what is said behind it is cut off in a narrow side bar.
    super({
      label: l10n.t('Set Up Credentials'),
      description: needsText(needs),
      lines: [l10n.t('Your policies name credentials that you have not entered yet. Enter them one by one.')],
      spoken: [l10n.t('Set Up Credentials'), needsText(needs)],
    });
    this.id = 'setUp';
    this.iconPath = new ThemeIcon('key', new ThemeColor('list.warningForeground'));
    this.contextValue = 'setUp';
    this.command = { command: 'valetKey.setUpCredentials', title: l10n.t('Set Up Credentials') };
  }
}

/** Such as `2 of 3 services need a credential`. */
export function needsText({ missing, total, servicesOnly }: CredentialNeeds): string {
  if (!servicesOnly) {
    return missing.length === 1
      ? l10n.t('1 of {0} credentials is missing', total)
      : l10n.t('{0} of {1} credentials are missing', missing.length, total);
  }
  return missing.length === 1
    ? l10n.t('1 of {0} services needs a credential', total)
    : l10n.t('{0} of {1} services need a credential', missing.length, total);
}
