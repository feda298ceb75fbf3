import { l10n, window } from 'vscode';
import type { App } from '../../app/app.ts';
import { confirmInModal } from '../../ui/confirm.ts';

/** Removes every credential, old values and metadata included: also what the user runs before uninstalling. */
export async function removeAllCredentials(app: App): Promise<void> {
  const { current, retired } = await app.credentials.inventory();
  const backups = (await app.backups.all()).length;
  if (current === 0 && retired === 0 && backups === 0) {
    void window.showInformationMessage(l10n.t('No credential is stored.'));
    return;
  }
  const agreed = await confirmInModal({
    warning: true,
    message: current === 1 ? l10n.t('Remove 1 credential?') : l10n.t('Remove all {0} credentials?', current),
    detail: [
      l10n.t(
        'All credentials of Valet Key will be deleted from VS Code’s secret storage, for every workspace and profile. This cannot be undone. Requests in progress are stopped, and agents cannot use a service until its credential is entered again.',
      ),
      ...(retired === 0
        ? []
        : [
            retired === 1
              ? l10n.t('1 old value kept for redaction will also be deleted.')
              : l10n.t('{0} old values kept for redaction will also be deleted.', retired),
          ]),
      ...(backups === 0
        ? []
        : [
            l10n.t(
              'Backups of configuration files from before secrets were moved out of them will also be deleted ({0} changes).',
              backups,
            ),
          ]),
      l10n.t('Providers still accept the removed credentials. Your policy files are not changed.'),
    ].join('\n\n'),
    action: l10n.t('Remove All'),
  });
  if (!agreed) return;
  try {
    await app.credentials.removeAll();
    await app.backups.removeAll();
  } finally {
    // Also when one could not be removed: the others are gone.
    app.announceChange();
    await app.gateway.push('credentials');
  }
  await app.gateway.record({ action: 'remove all' });
  void window.showInformationMessage(l10n.t('All credentials were removed. Revoke them with their providers, too.'));
}
