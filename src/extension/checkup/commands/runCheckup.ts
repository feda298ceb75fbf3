import { commands, l10n, window } from 'vscode';
import type { CheckupParts } from '../../app/parts.ts';

/** Looks at everything anew, and shows the view. */
export async function runCheckup(app: CheckupParts): Promise<void> {
  await commands.executeCommand('valetKey.checkup.focus');
  await window.withProgress(
    { location: { viewId: 'valetKey.checkup' }, title: l10n.t('Checkup') },
    async () => void (await app.checkup.run(true)),
  );
}
