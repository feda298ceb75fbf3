import { l10n, Uri, window, workspace } from 'vscode';
import type { CheckupParts } from '../../app/parts.ts';
import { confirmInModal, tellFailure } from '../../ui/confirm.ts';
import { shownPath } from '../../util/shownText.ts';
import { FileNotChangedError, undoChange } from '../repair/changeFiles.ts';

/** Makes the files of the last fix or migration what they were. */
export async function undoCheckupFix(app: CheckupParts): Promise<void> {
  const [last] = await app.backups.all();
  if (!last) {
    void window.showInformationMessage(l10n.t('No change of the checkup can be undone. Each can be for seven days.'));
    return;
  }
  const moved = (await app.exposures.all()).filter(({ id }) => id.startsWith(`${last.id}/`));
  const agreed = await confirmInModal({
    warning: true,
    message: l10n.t('Undo the change of {0}?', new Date(last.at).toLocaleString()),
    detail: [
      ...last.files.map(({ uri }) => shownPath(workspace.asRelativePath(Uri.parse(uri, true)))),
      '',
      l10n.t('Each file becomes what it was before.'),
      ...(moved.length === 0
        ? []
        : [
            l10n.t(
              'The secrets that were moved stand in plain text in them again. What Valet Key stored of them stays stored, with the services and servers that it wrote to policies.',
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
    return tellFailure(l10n.t('Nothing was undone.'), error.message);
  }
  await app.exposures.remove(new Set(moved.map(({ id }) => id)));
  await app.checkup.run();
}
