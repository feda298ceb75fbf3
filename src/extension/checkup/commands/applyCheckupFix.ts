import { l10n, window } from 'vscode';
import { pinnedText } from '../../../core/checkup/checks/pinnedVersions.ts';
import type { Fix } from '../../../core/checkup/model/checkupModel.ts';
import type { CheckupParts, WindowParts } from '../../app/parts.ts';
import { askVersion } from '../../servers/commands/askVersion.ts';
import { confirmInModal, reportFailure } from '../../ui/confirm.ts';
import { showDifference } from '../../ui/difference.ts';
import { single } from '../../ui/steps.ts';
import { shownText } from '../../util/shownText.ts';
import { changeFiles, checkChangeable, FileNotChangedError, saveUnsaved } from '../repair/changeFiles.ts';
import { plannedChange } from '../repair/plannedChange.ts';
import type { FoundFile } from '../scan/checkup.ts';
import type { ShownFinding } from '../scan/report.ts';
import { findingOfNode } from '../views/findingNode.ts';
import { partText } from './moveSecretsQuestions.ts';

/** Makes one finding go: shows the change, asks, keeps a backup, changes the file. */
export async function applyCheckupFix(app: CheckupParts & WindowParts, argument: unknown): Promise<void> {
  await app.checkup.run();
  const found = fileToFix(app, argument);
  try {
    if (found && (await saveUnsaved([found]))) await app.checkup.run();
  } catch (error) {
    return reportNotFixed(error);
  }
  const shown = findingToFix(app, argument);
  const file = fileToFix(app, argument);
  const fix = shown?.finding.fix;
  if (!shown || !file || !fix) {
    void window.showInformationMessage(l10n.t('There is no longer anything to fix here.'));
    return;
  }
  const newText = await newTextOf(fix);
  if (newText === undefined) return;
  const before = file.file.text;
  try {
    const edit = { kind: 'fix', finding: { span: shown.finding.span }, fix: { span: fix.span }, newText } as const;
    const change = await plannedChange(app.configThread, file, edit, app.checkup.findings());
    await checkChangeable([change]);
    const close = await showDifference(app.texts, file.label, change.shown.before, change.shown.after);
    const agreed = await confirmInModal({
      message: l10n.t('Change {0}?', file.label),
      detail: [...partText([change]), detailOf(shown, before.slice(fix.span.start, fix.span.end), newText)].join('\n'),
      action: l10n.t('Change'),
    });
    await close();
    if (!agreed) return;
    await changeFiles(app.backups, [change]);
  } catch (error) {
    return reportNotFixed(error);
  }
  await app.checkup.run();
}

async function reportNotFixed(error: unknown): Promise<void> {
  if (!(error instanceof FileNotChangedError)) throw error;
  await reportFailure(l10n.t('The finding was not fixed.'), error.message);
}

function fileToFix(app: CheckupParts, argument: unknown): FoundFile | undefined {
  const uri = findingToFix(app, argument)?.uri;
  return uri === undefined ? undefined : app.checkup.file(uri);
}

function findingToFix(app: CheckupParts, argument: unknown): ShownFinding | undefined {
  const id = findingOfNode(argument);
  return id === undefined ? undefined : app.checkup.finding(id);
}

async function newTextOf(fix: Fix): Promise<string | undefined> {
  if (fix.kind === 'https') return fix.newText;
  const name = shownText(fix.packageName);
  const answer = await askVersion(single(l10n.t('Pin {0} to a Version', name)), fix);
  return answer.kind === 'value' ? pinnedText(fix, answer.value) : undefined;
}

function detailOf({ finding }: ShownFinding, before: string, after: string): string {
  return [
    l10n.t('Server: {0}', shownText(finding.server ?? '')),
    '',
    `- ${shownText(before, 200)}`,
    `+ ${shownText(after, 200)}`,
    '',
    l10n.t(
      'A private copy of the original is kept for seven days. “Undo Last Checkup Fix” restores it. Restart the client that reads this file.',
    ),
  ].join('\n');
}
