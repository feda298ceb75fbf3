import { l10n, Uri, window, workspace } from 'vscode';
import type { CheckupParts } from '../../app/parts.ts';
import { confirmInModal, reportFailure } from '../../ui/confirm.ts';
import { shownPath } from '../../util/shownText.ts';
import { FileNotChangedError, undoChange } from '../repair/changeFiles.ts';

/** Makes the files of the last fix or migration what they were. */
export async function undoCheckupFix(app: CheckupParts): Promise<void> {
  const [last] = await app.backups.all();
  if (!last) {
    void window.showInformationMessage(
      l10n.t('There is no checkup fix to undo. Each fix can be undone for seven days.'),
    );
    return;
  }
  const moved = (await app.exposures.all()).filter(({ id }) => id.startsWith(`${last.id}/`));
  const agreed = await confirmInModal({
    warning: true,
    message: l10n.t('Undo the change of {0}?', new Date(last.at).toLocaleString()),
    detail: [
      ...last.files.map(({ uri }) => shownPath(workspace.asRelativePath(Uri.parse(uri, true)))),
      '',
      l10n.t('Each file is restored to its previous content.'),
      ...(moved.length === 0
        ? []
        : [
            l10n.t(
              'The files will hold the moved secrets in plain text again. Valet Key keeps its stored copies, and the services and servers that it added to policies.',
            ),
          ]),
    ].join('\n'),
    action: l10n.t('Undo'),
  });
  if (!agreed) return;
  try {
    await undoChange(app.backups, last);
  } catch (error) {
    if (!(error instanceof FileNotChangedError)) throw error;
    return reportFailure(l10n.t('Nothing was undone.'), error.message);
  }
  await app.exposures.remove(new Set(moved.map(({ id }) => id)));
  await app.checkup.run();
}
