import { l10n, window } from 'vscode';
import type { App } from '../../app/app.ts';
import { confirmInModal } from '../../ui/confirm.ts';

/** Removes every credential, old values and metadata included: also what a person runs before uninstalling. */
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
        'VS Code’s secret storage keeps no credential of Valet Key afterwards, for any workspace or profile. This cannot be undone. Requests under way are stopped, and agents can use no service until its credential is entered again.',
      ),
      ...(retired === 0
        ? []
        : [
            retired === 1
              ? l10n.t('1 replaced value, kept so that answers are cleaned of it, is removed too.')
              : l10n.t('{0} replaced values, kept so that answers are cleaned of them, are removed too.', retired),
          ]),
      ...(backups === 0
        ? []
        : [
            l10n.t(
              'What configuration files were before secrets moved out of them is removed too ({0} changes).',
              backups,
            ),
          ]),
      l10n.t('What is removed here stays valid at its provider. Your policy files stay as they are.'),
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
  void window.showInformationMessage(l10n.t('All credentials are removed. Revoke them at their providers.'));
}
