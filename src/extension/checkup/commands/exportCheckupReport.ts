import { l10n, Uri, window, workspace } from 'vscode';
import { coverageText } from '../../../core/checkup/model/checkupCoverage.ts';
import type { CheckupParts } from '../../app/parts.ts';
import { localized } from '../../util/localized.ts';
import { checkupReport } from '../scan/checkupReport.ts';
import type { CheckupReport } from '../scan/report.ts';
import { dismissalText, pointStateText, pointTitle, pointWhy, severityText } from '../views/pointText.ts';

/** Writes what the checkup finds into a Markdown file, to share. There is no secret in it. */
export async function exportCheckupReport(app: CheckupParts): Promise<void> {
  const report = await app.checkup.run();
  if (!report) return;
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const name = `mcp-checkup-${new Date(report.at).toISOString().slice(0, 10)}.md`;
  const target = await window.showSaveDialog({
    title: l10n.t('Export Checkup Report'),
    filters: { Markdown: ['md'] },
    ...(folder ? { defaultUri: Uri.joinPath(folder, name) } : {}),
  });
  if (!target) return;
  const text = checkupReportText(report);
  await workspace.fs.writeFile(target, new TextEncoder().encode(text));
  const open = l10n.t('Open');
  const chosen = await window.showInformationMessage(l10n.t('The checkup report was exported.'), open);
  if (chosen === open) await window.showTextDocument(target);
}

/** The report as a document, in the words of the view. */
export function checkupReportText(report: CheckupReport): string {
  return checkupReport(
    report,
    {
      title: ({ check }) => pointTitle(check),
      why: ({ check }) => pointWhy(check),
      state: pointStateText,
      severity: ({ severity }) => severityText(severity),
      message: ({ message }) => localized(message),
      dismissal: dismissalText,
      coverage: ({ coverage }) => localized(coverageText(coverage)),
    },
    l10n,
  );
}
