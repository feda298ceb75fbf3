import { l10n } from 'vscode';
import type { App } from '../../app/app.ts';
import { maskedText } from '../../ui/placementText.ts';
import type { CredentialEvent } from '../model/rotationHistory.ts';
import { namedCredentials, pickCredential } from './pickCredential.ts';

/** Shows when and how a credential was changed. Values are in no history: the last four characters at most. */
export async function showRotationHistory(app: App, argument: unknown): Promise<void> {
  const picked = await pickCredential(argument, l10n.t('Rotation History'), namedCredentials(app));
  if (!picked) return;
  const events = app.credentials.historyOf(picked.credentialId).toReversed();
  const lines = events.map(({ at, how, last4 }) =>
    [new Date(at).toLocaleString(), howText(how), last4 === '' ? '' : maskedText(last4)].filter(Boolean).join('  '),
  );
  const none = l10n.t('Nothing recorded yet. The history starts with the next change.');
  await app.texts.show(
    l10n.t('Rotation History of {0}.txt', picked.name),
    `${[l10n.t('Rotation history of “{0}”, the latest first', picked.name), '', ...(lines.length === 0 ? [none] : lines)].join('\n')}\n`,
  );
}

function howText(how: CredentialEvent['how']): string {
  switch (how) {
    case 'added':
      return l10n.t('entered');
    case 'rotated':
      return l10n.t('rotated');
    case 'undone':
      return l10n.t('rotation undone');
    case 'revoked':
      return l10n.t('revoked');
    case 'command':
      return l10n.t('comes from a command');
    case 'session':
      return l10n.t('comes from VS Code’s session');
  }
}
